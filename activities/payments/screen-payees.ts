import { inTransaction, type Trx } from '../../db/client.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { placeHold } from '../../db/repositories/payables.ts';
import { changeInstructions, paymentsToScreen, saveScreening, type StoredInstruction } from '../../db/repositories/payments.ts';
import { KontorError } from '../../domain/errors.ts';
import type { ScreeningResult } from '../../adapters/ports/screening.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import type { ScreenedPage, ScreeningCommand } from './commands.ts';
import type { PaymentParts } from './parts.ts';

/** Who looks at a payee that was not clear. */
export const screeningOwner = 'compliance-officer';
/** Reasons of removal and codes of cases begin with it. */
export const screeningPrefix = 'screening-';

/**
 * Asks about a page of payees at the moment of release (P10). Only "clear" lets a payment go: a hit, a review, a stale list and an
 * error take the whole transfer out of the run, never the run down. A service that does not answer holds the run. A page that is
 * asked about again finds what it took out before and adds nothing.
 */
export async function screenPayees(parts: PaymentParts, command: ScreeningCommand): Promise<ScreenedPage> {
  const { entity, caseId, correlationId, after, limit } = command;
  const company = await requiredEntity(parts.db, entity);
  const screening = parts.screeningOf(company);
  if (!screening) throw new KontorError('unknown-resource', `${entity} names no screening service; nothing is released without one (P10).`);
  const payments = await paymentsToScreen(parts.db, caseId, { after, limit });
  const payees = new Map(payments.map(({ supplierId, instruction: { payee } }) => [supplierId, { id: supplierId, name: payee.name, kind: 'company' as const, country: payee.country }]));
  if (payees.size === 0) return {};
  const results = new Map((await screening.port.screen([...payees.values()], { correlationId })).map((result) => [result.id, result]));
  await record(parts, command, screening.system, payments, results);
  return payees.size < limit ? {} : { screenedTo: [...payees.keys()].at(-1)! };
}

async function record(parts: PaymentParts, { entity, caseId }: ScreeningCommand, system: string, payments: StoredInstruction[], results: Map<string, ScreeningResult>): Promise<void> {
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  await inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const judged = payments.map(({ endToEndId, supplierId }) => ({ endToEndId, supplierId, state: results.get(supplierId)?.state ?? 'error', reference: results.get(supplierId)?.reference ?? '' }));
    await saveScreening(trx, caseId, judged.map(({ endToEndId, state, reference }) => ({ endToEndId, state, reference, at })));
    const held = judged.filter(({ state }) => state !== 'clear');
    await changeInstructions(trx, caseId, held.map(({ endToEndId, state }) => ({ endToEndId, state: 'removed', removedBy: `counterpart:${system}`, removedReason: `${screeningPrefix}${state}` })));
    const { workflowId, correlationId } = current.case;
    for (const [supplierId, state] of new Map(held.filter(({ state }) => isFound(state)).map(({ supplierId, state }) => [supplierId, state]))) await holdPayee(trx, { entity, caseId, workflowId, correlationId, system, supplierId, state, dueAt });
  });
}

/** A hit and a review are about one payee; an error and an old list are about the service, and one case of the run tells of all of them. */
export function isFound(state: string): boolean {
  return state === 'hit' || state === 'review';
}

/** Holds the supplier until a person lifts that. */
async function holdPayee(trx: Trx, { entity, caseId, workflowId, correlationId, system, supplierId, state, dueAt }: { entity: string; caseId: string; workflowId: string; correlationId: string; system: string; supplierId: string; state: string; dueAt: string }): Promise<void> {
  await placeHold(trx, { id: `${caseId}-hold-${supplierId}`, entity, subject: 'supplier', subjectId: supplierId, reason: `${screeningPrefix}${state}`, setBy: `counterpart:${system}` });
  await openException(trx, {
    id: `${caseId}-e-${screeningPrefix}${supplierId}`, entity, case: caseId, workflowId, origin: 'process', code: `${screeningPrefix}${state}`, reasonCode: 'OTH', actionCode: 'NOA',
    title: `Supplier ${supplierId} is not clear: ${state}`,
    suggestion: 'Look at the hit. The payment was taken out and the supplier is on hold until the hold is lifted with a reason.',
    findings: [], ownerRole: screeningOwner, dueAt, correlationId,
  });
}
