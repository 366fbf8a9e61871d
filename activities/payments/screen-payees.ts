import { inTransaction, type Trx } from '../../db/client.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { placeHold } from '../../db/repositories/payables.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { changeInstructions, instructionsOf, saveScreening, type StoredInstruction } from '../../db/repositories/payments.ts';
import { KontorError } from '../../domain/errors.ts';
import type { ScreeningResult } from '../../adapters/ports/screening.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { recordTransitions } from '../transitions.ts';
import type { RunRef, ScreeningAnswer } from './commands.ts';
import { saveContent } from './content.ts';
import type { PaymentParts } from './parts.ts';

const pageSize = 100;
/** Who looks at a payee that was not clear. */
const owner = 'compliance-officer';

/**
 * Asks about every payee at the moment of release (P10). Only "clear" lets a payment go: a hit, a review, a stale list and an
 * error take the whole transfer out of the run, never the run down. A service that does not answer holds the run.
 */
export async function screenPayees(parts: PaymentParts, { entity, caseId, correlationId }: RunRef, heartbeat: () => void): Promise<ScreeningAnswer> {
  const company = await requiredEntity(parts.db, entity);
  const screening = parts.screeningOf(company);
  if (!screening) throw new KontorError('unknown-resource', `${entity} names no screening service; nothing is released without one (P10).`);
  const instructions = (await instructionsOf(parts.db, caseId)).filter(({ state }) => state === 'proposed' || state === 'approved');
  const payees = new Map(instructions.map((instruction) => [instruction.supplierId, { id: instruction.supplierId, name: instruction.instruction.payee.name, kind: 'company' as const, country: instruction.instruction.payee.country }]));
  const results = new Map<string, ScreeningResult>();
  const subjects = [...payees.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (let start = 0; start < subjects.length; start += pageSize) {
    for (const result of await screening.port.screen(subjects.slice(start, start + pageSize), { correlationId })) results.set(result.id, result);
    heartbeat();
  }
  return record(parts, { entity, caseId, correlationId }, screening.system, instructions, results);
}

async function record(parts: PaymentParts, { entity, caseId }: RunRef, system: string, instructions: StoredInstruction[], results: Map<string, ScreeningResult>): Promise<ScreeningAnswer> {
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const run = requiredOf(await readRun(trx, caseId), 'payment run', caseId);
    const judged = instructions.map((instruction) => ({ instruction, result: results.get(instruction.supplierId) }));
    await saveScreening(trx, caseId, judged.map(({ instruction, result }) => ({ endToEndId: instruction.endToEndId, state: result?.state ?? 'error', reference: result?.reference ?? '', at })));
    const held = judged.filter(({ result }) => result?.state !== 'clear');
    const transitions: Transition[] = [{ kind: 'screened', at, clear: judged.length - held.length, held: held.length }];
    if (held.length > 0) {
      await changeInstructions(trx, caseId, held.map(({ instruction, result }) => ({ endToEndId: instruction.endToEndId, state: 'removed', removedBy: `counterpart:${system}`, removedReason: `screening-${result?.state ?? 'error'}` })));
      for (const { instruction, result } of held) await hold(trx, { entity, caseId, system, supplierId: instruction.supplierId, state: result?.state ?? 'error' });
      transitions.push(...(await openCases(trx, { entity, caseId, workflowId: current.case.workflowId, correlationId: current.case.correlationId }, held, { at, dueAt })));
      const { contentHash, total } = await saveContent(trx, run);
      // P6: totals only fall, so the approval stands; what was approved and what goes are both on record.
      transitions.push({ kind: 'payments-removed', at, by: `counterpart:${system}`, reason: 'screening', endToEndIds: held.map(({ instruction }) => instruction.endToEndId), total, contentHash });
    }
    await recordTransitions(trx, current, transitions, { actor: `counterpart:${system}` });
    return { clear: judged.length - held.length, transitions };
  });
}

/** A hit and a review stand until a person lifts them; an error or an old list is asked again by the next run. */
async function hold(trx: Trx, { entity, caseId, system, supplierId, state }: { entity: string; caseId: string; system: string; supplierId: string; state: string }): Promise<void> {
  if (state !== 'hit' && state !== 'review') return;
  await placeHold(trx, { id: `${caseId}-hold-${supplierId}`, entity, subject: 'supplier', subjectId: supplierId, reason: `screening-${state}`, setBy: `counterpart:${system}` });
}

async function openCases(trx: Trx, run: { entity: string; caseId: string; workflowId: string; correlationId: string }, held: { instruction: StoredInstruction; result: ScreeningResult | undefined }[], { at, dueAt }: { at: string; dueAt: string }): Promise<Transition[]> {
  const bySupplier = new Map(held.map((entry) => [entry.instruction.supplierId, entry.result?.state ?? 'error']));
  const transitions: Transition[] = [];
  for (const [supplierId, state] of bySupplier) {
    const id = `${run.caseId}-e-screening-${supplierId}`;
    await openException(trx, {
      id, entity: run.entity, case: run.caseId, workflowId: run.workflowId, origin: 'process', code: `screening-${state}`, reasonCode: 'OTH', actionCode: 'NOA',
      title: `Supplier ${supplierId} is not clear: ${state}`,
      suggestion: state === 'hit' || state === 'review' ? 'Look at the hit. The payment was taken out and the supplier is on hold until the hold is lifted with a reason.' : 'The check failed, so nothing was paid. The next run asks again; see that the service and its lists are up to date.',
      findings: [], ownerRole: owner, dueAt, correlationId: run.correlationId,
    });
    transitions.push({ kind: 'exception-opened', at, exceptionId: id, code: `screening-${state}`, owner });
  }
  return transitions;
}
