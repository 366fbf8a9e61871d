import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBank } from '../../../adapters/registry.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { startSandboxProcess, type SandboxProcess } from '../../sandbox/process.ts';
import { sepaOrder, transferOf } from '../bank/orders.ts';
import { describeBankContract } from '../contracts/bank.ts';
import { readAll } from '../contracts/bank-readings.ts';
import { sandboxCounterpart } from './sandbox-counterpart.ts';

const account = '1234567890';
const settings = { immediateDestination: '021000021', immediateOrigin: '1234567890', originName: 'US01 OPERATING' };

function opened(sandbox: SandboxProcess) {
  const guard = createGuard({ limits: { breaker: { failures: 1_000, openMs: 1 }, rate: { perSecond: 10_000, burst: 10_000 } } });
  const transport = { kind: 'http', baseUrl: `${sandbox.url}/bank/`, timeoutMs: 1_000, settleWindowMs: 3_000 };
  return openBank('nacha', { ...settings, transport }, createAdapterTools(), guard);
}

describeBankContract('the sandbox bank by ACH', async () => {
  const sandbox = await startSandboxProcess({ processingLimitMs: 3_000 });
  return { ...opened(sandbox), order: () => achOrder('2026-11-24'), counterpart: await sandboxCounterpart(sandbox) };
}, { faults: true, payees: 'verified' });

describe('ACH at the sandbox bank', () => {
  let sandbox: SandboxProcess;
  beforeAll(async () => void (sandbox = await startSandboxProcess()));
  afterAll(async () => {
    await sandbox?.stop();
    sandbox?.remove();
  });

  it('is accepted, booked, stated and returned, by the identification of each entry', async () => {
    const { bank } = opened(sandbox);
    const context = { correlationId: 'ach' };
    const { nextBankDay: day } = await sandbox.get<{ nextBankDay: string }>('/_sandbox/bank/clock');
    const order = achOrder(day);
    const [first, second] = order.batches[0]?.transfers.map(({ endToEndId }) => endToEndId.slice(0, 15)) ?? [];
    await sandbox.post('/_sandbox/bank/behaviour', { kind: 'return', endToEndId: second, afterDays: 1, reason: 'AC04' });
    await bank.submitFile(bank.writeFile(order), context);
    await sandbox.post('/_sandbox/bank/advance', { to: day });
    for (let days = 0; days < 2; days += 1) {
      const { nextBankDay } = await sandbox.get<{ nextBankDay: string }>('/_sandbox/bank/clock');
      await sandbox.post('/_sandbox/bank/advance', { to: nextBankDay });
    }
    const { statuses, bookings, returns, statements } = await readAll((await bank.fetchMessages(undefined, context)).messages, account);
    expect(statuses).toEqual([{ message: order.messageId, group: 'ACCP', transfers: [[first, 'ACCP'], [second, 'ACCP']] }]);
    expect(bookings.filter(({ source }) => source === 'camt.053').map(({ endToEndId, minor }) => [endToEndId, minor])).toEqual([[first, '-10050'], [second, '-20050'], [second, '20050']]);
    expect(returns).toEqual([{ endToEndId: second, reason: 'AC04', minor: '20050' }]);
    expect(statements.every(({ balanced }) => balanced)).toBe(true);
  });
});

function achOrder(executionDate: string): PaymentOrder {
  const id = sepaOrder().runId.slice(4);
  const transfers = [1, 2].map((at) => ({ ...transferOf(`${id}-${at}`, `${at}0050`, 'USD'), creditorAccount: { account: '000123456789', routingNumber: '071000013', kind: 'checking' as const } }));
  const debtorAccount = { id: 'main', holder: 'Sample Industries Inc.', currency: 'USD', account, routingNumber: '021000021', calendar: 'fed' as const };
  return sepaOrder({ batch: { method: 'ach', executionDate, transfers }, order: { debtor: { name: 'Sample Industries Inc.' }, debtorAccount } });
}
