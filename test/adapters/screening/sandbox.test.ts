import { openScreening } from '../../../adapters/registry.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import { startSandboxProcess } from '../../sandbox/process.ts';
import { describeScreeningContract } from '../contracts/screening.ts';
import { sandboxCounterpart } from './sandbox-counterpart.ts';

describeScreeningContract('sandbox', async () => {
  const process = await startSandboxProcess();
  const guard = createGuard({ limits: { breaker: { failures: 1_000, openMs: 1 } } });
  const opened = openScreening('sandbox', { baseUrl: process.url, timeoutMs: 800 }, createAdapterTools(), guard);
  return { ...opened, counterpart: sandboxCounterpart(process) };
});
