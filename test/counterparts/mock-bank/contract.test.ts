import { openBank } from '../../../adapters/registry.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import { describeBankContract } from '../../adapters/contracts/bank.ts';
import { describeBankLife } from '../../adapters/contracts/bank-life.ts';
import { describeWithMockBank, startMockBank } from '../../support/mock-bank.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { mockCounterpart } from './counterpart.ts';
import { acmeOrder } from './orders.ts';

describeWithMockBank('a bank that others wrote', () => {
  describeBankContract('mock-bank', opened, { faults: true, payees: 'no-call' });
  describeBankLife('mock-bank', opened);
});

async function opened() {
  const bank = await startMockBank();
  const line = await startTcpProxy(bank.url);
  const transport = { kind: 'mock-bank', baseUrl: line.url, timeoutMs: 1_000, settleWindowMs: 2_500 };
  const guard = createGuard({ limits: { breaker: { failures: 1_000, openMs: 1 }, rate: { perSecond: 10_000, burst: 10_000 } } });
  return { ...openBank('iso20022', { pain001: 'pain.001.001.09', transport }, createAdapterTools(), guard), order: () => acmeOrder(), counterpart: mockCounterpart(bank, line) };
}
