import { openBank } from '../../../adapters/registry.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import { startSandboxProcess } from '../../sandbox/process.ts';
import { sepaOrder } from '../bank/orders.ts';
import { describeBankContract } from '../contracts/bank.ts';
import { describeBankLife } from '../contracts/bank-life.ts';
import { sandboxCounterpart } from './sandbox-counterpart.ts';

async function opened() {
  const sandbox = await startSandboxProcess({ processingLimitMs: 3_000 });
  const transport = { kind: 'http', baseUrl: `${sandbox.url}/bank/`, timeoutMs: 1_000, settleWindowMs: 3_000 };
  const guard = createGuard({ limits: { breaker: { failures: 1_000, openMs: 1 }, rate: { perSecond: 10_000, burst: 10_000 } } });
  return { ...openBank('iso20022', { pain001: 'pain.001.001.09', transport }, createAdapterTools(), guard), order: sepaOrder, counterpart: await sandboxCounterpart(sandbox) };
}

describeBankContract('the sandbox bank', opened, { faults: true, payees: 'verified' });
describeBankLife('the sandbox bank', opened);
