import type { Money } from '../../../domain/model/money.ts';
import type { BankFault } from '../../adapters/contracts/bank.ts';
import type { BankLifeCounterpart } from '../../adapters/contracts/bank-life.ts';
import type { MockBank } from '../../support/mock-bank.ts';
import type { LineFault, TcpProxy } from '../../support/tcp-proxy.ts';
import { payer } from './orders.ts';

/** What mock-bank says of a payment on its own pages. */
interface MockPayment {
  id: number;
  end_to_end_id: string;
  amount: number;
  currency: string;
  status: 'accepted' | 'rejected' | 'returned';
  reason: string | null;
  booked_at: string | null;
  msg_id: string;
}

/** mock-bank's own pages, and the line to it: it has no faults of its own beneath HTTP. */
export function mockCounterpart(bank: MockBank, line: TcpProxy): BankLifeCounterpart {
  const faults: Record<BankFault, LineFault> = { 'loses-answer': { kind: 'cut-answer' }, 'fails-before': { kind: 'cut-request' }, slow: { kind: 'hang', ms: 2_000 }, throttles: { kind: 'answer', text: 'HTTP/1.1 429 Too Many Requests\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n' } };
  const paymentsOf = async (messageId: string) => (await bank.get<MockPayment[]>('/_mock/payments')).filter(({ msg_id }) => msg_id === messageId).sort((a, b) => a.id - b.id);

  return {
    // mock-bank keeps no texts: what the line carried to it and it took is what it has.
    files: (messageId) => Promise.resolve(line.passed().filter(({ method, status, body }) => method === 'POST' && status === 202 && body.includes(`<MsgId>${messageId}</MsgId>`)).map(({ body }) => body)),
    async provoke() {
      await bank.post('/_mock/credits', { account: 'ACME', amount: 100, note: 'provoked' });
    },
    inject: (fault, on) => Promise.resolve(line.strike(on === 'sends' ? 'POST' : 'GET', faults[fault])),
    commitLate: () => Promise.resolve(line.strike('POST', { kind: 'delay', ms: 1_600 })),
    async clear() {
      line.clear();
      await bank.behave('ACME', 'accept');
    },
    async close() {
      await line.close();
      await bank.stop();
    },
    account: payer,
    creditors: { good: 'NL30MOCK0000000005', closed: 'NL84MOCK0000000003' },
    async payments(messageId) {
      const payments = await paymentsOf(messageId);
      return payments.map(({ end_to_end_id, amount, currency, status, reason, booked_at }) => {
        const paid: Money = { currency, minor: String(amount) };
        return { endToEndId: end_to_end_id, amount: paid, state: status === 'accepted' && booked_at !== null ? 'booked' : status, ...(reason === null ? {} : { reason }) };
      });
    },
    balance: async () => BigInt((await bank.get<{ balance: number }>('/_mock/accounts/ACME')).balance),
    nextBankDay: async () => (await bank.get<{ clock: { nextBusinessDay: string } }>('/_mock/state')).clock.nextBusinessDay,
    advanceTo: (date) => bank.advanceTo(date),
    returnLater: (endToEndId, days, reason) => bank.behave('ACME', 'return-later', { days, reason, end_to_end_id: endToEndId }),
    silence: () => bank.behave('ACME', 'silent'),
    // It leaves out the last entry of the day, which is that of the second transfer.
    omitFromStatement: () => bank.behave('ACME', 'statement-gap'),
  };
}
