import { openErp } from '../../../adapters/registry.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import { startSandboxProcess } from '../../sandbox/process.ts';
import { describeErpPayments } from '../contracts/erp-payments.ts';
import { describeErpContract } from '../contracts/erp.ts';
import { sandboxCounterpart } from './sandbox-counterpart.ts';

describeErpContract('sandbox', open);
describeErpPayments('sandbox', open);

async function open() {
  const process = await startSandboxProcess({ seed: 'none', processingLimitMs: 1_200 });
  const settings = { baseUrl: process.url, company: 'T1', timeoutMs: 400, settleWindowMs: 1_200 };
  const guard = createGuard({ limits: { breaker: { failures: 1_000, openMs: 1 }, rate: { perSecond: 10_000, burst: 10_000 } } });
  const opened = openErp('sandbox', settings, createAdapterTools(), guard);
  return { ...opened, entity: 'T1', counterpart: await sandboxCounterpart(process) };
}
