import { readCase } from '../../db/repositories/cases.ts';
import type { PaymentRun } from '../../db/repositories/payment-runs.ts';
import { KontorError } from '../../domain/errors.ts';
import { unknown } from '../access.ts';
import type { Call } from '../operation.ts';
import { decideOnce, type DecisionParts, type Said } from './decide-once.ts';

/** What an editor says of a run before it is released: payments taken out of the version that was seen, or the whole run cancelled. */
export async function decideOnRun(parts: DecisionParts, call: Call<unknown, unknown, unknown>, run: PaymentRun, decisionHash: string, update: 'removeItem' | 'cancel', payload: Record<string, unknown>) {
  const found = await readCase(parts.db, run.runId);
  if (!found) throw unknown('payment run');
  const { entity, workflowId, documentHash, closedAt, state } = found.case;
  const said: Said = { entity, case: run.runId, workflowId, update, decision: update, payload, documentHash, decisionHash };
  return decideOnce(parts, call, said, {
    atDoor() {
      if (closedAt !== undefined) throw new KontorError('already-decided', `The run has ended as ${state}.`);
      if (update === 'removeItem' && decisionHash !== run.contentHash) throw new KontorError('stale-version', 'The run has changed since it was shown.');
      return Promise.resolve(undefined);
    },
  });
}
