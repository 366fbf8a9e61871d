import type { SandboxProcess } from '../../sandbox/process.ts';
import type { BankFault } from '../contracts/bank.ts';
import type { BankLifeCounterpart } from '../contracts/bank-life.ts';

const closed = 'DE91100000000123456789';
const account = 'DE02120300000000202051';

/** The sandbox bank's own interface and books, past the adapter. */
export async function sandboxCounterpart(sandbox: SandboxProcess): Promise<BankLifeCounterpart> {
  await sandbox.post('/_sandbox/bank/behaviour', { kind: 'reject', creditorAccount: closed, reason: 'AC04' });
  return {
    files: async (messageId) => (await sandbox.bankLedger({ messageId })).files.map(({ text }) => text ?? ''),
    async provoke() {
      await sandbox.post('/_sandbox/bank/credits', { account, currency: 'EUR', minor: '100', debtor: { name: 'Kunde GmbH' } });
    },
    async inject(fault, on) {
      for (const route of on === 'sends' ? ['bank.files.post'] : ['bank.files.find', 'bank.messages.read', 'bank.payees.verify'])
        await sandbox.post('/_sandbox/faults', { kind: kinds[fault], route, times: 1, delayMs: 1_500, retryAfterSeconds: 2 });
    },
    register: async (iban, holder) => void (await sandbox.post('/_sandbox/bank/behaviour', { kind: 'payee', iban, holder })),
    async commitLate() {
      await sandbox.post('/_sandbox/faults', { kind: 'commit-late', route: 'bank.files.post', times: 1, delayMs: 20 });
    },
    clear: () => sandbox.clearFaults(),
    async close() {
      await sandbox.stop();
      sandbox.remove();
    },
    account,
    creditors: { good: 'DE75512108001245126199', closed },
    async payments(messageId) {
      const { payments } = await sandbox.bankLedger({ messageId });
      return payments.map(({ endToEndId, amount, state, reason }) => ({ endToEndId, amount, state, ...(reason === undefined ? {} : { reason }) }));
    },
    async balance() {
      const { accounts } = await sandbox.bankLedger({ account });
      return BigInt(accounts[0]?.balance.minor ?? 0);
    },
    nextBankDay: async () => (await sandbox.get<{ nextBankDay: string }>('/_sandbox/bank/clock')).nextBankDay,
    advanceTo: async (date) => void (await sandbox.post('/_sandbox/bank/advance', { to: date })),
    returnLater: async (endToEndId, afterDays, reason) => void (await sandbox.post('/_sandbox/bank/behaviour', { kind: 'return', endToEndId, afterDays, reason })),
    silence: async () => void (await sandbox.post('/_sandbox/bank/behaviour', { kind: 'silent', times: 1 })),
    omitFromStatement: async (endToEndId) => void (await sandbox.post('/_sandbox/bank/behaviour', { kind: 'omit-from-statement', endToEndId })),
  };
}

const kinds: Record<BankFault, string> = { slow: 'delay', 'fails-before': 'fail-before-commit', 'loses-answer': 'drop-response', throttles: 'throttle' };
