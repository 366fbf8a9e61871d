import { inTransaction, type Trx } from '../../db/client.ts';
import { markAsked, matchStatus, statusesOfKnown, unaskedStatuses, type UnmatchedStatus } from '../../db/repositories/bank-messages.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { readException, resolveException } from '../../db/repositories/exceptions.ts';
import { changeInstructions, lockInstructions } from '../../db/repositories/payments.ts';
import { afterBankStatus, isUnsent, paymentStates, type PaymentState } from '../../domain/rules/payments/bank-status.ts';
import { waitsUntil, type ReportedStatus } from '../../domain/rules/payments/status-report.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { changeOf, openContradiction } from './apply-report.ts';
import { bankCaseId, openBankCase, type MessagePlace } from './bank-case.ts';
import type { PaymentParts } from './parts.ts';
import { recordMoves } from './record-moves.ts';
import { paymentSettings } from './settings.ts';
import { tellInvoices } from './tell-invoices.ts';

/**
 * A status may come before our own record of the payment, as after a restore: it is tried again with every look. One that finds no
 * payment until its deadline becomes a case with an owner, which closes when the payment turns up after all.
 */
export async function retryStrangers({ db, now }: Pick<PaymentParts, 'db' | 'now'>, entity: string): Promise<void> {
  const [known, unasked] = [await statusesOfKnown(db, entity, paymentStates.filter(isUnsent)), await unaskedStatuses(db, entity)];
  if (known.length === 0 && unasked.length === 0) return;
  const at = now().toISOString();
  const dueAt = await technicalDueAt({ db }, entity, at);
  const placeOf = ({ source, messageId }: UnmatchedStatus): MessagePlace => ({ entity, source, messageId, at, dueAt });
  for (const found of known) {
    const place = placeOf(found);
    await inTransaction(db, async (trx) => {
      if (await applied(trx, place, found)) await resolveException(trx, bankCaseId(place, caseKey(found)), { resolution: 'no-longer-found', by: 'system:payments' });
    });
  }
  if (unasked.length === 0) return;
  const isOverdue = await deadlineOf(db, entity, now());
  for (const found of unasked.filter(isOverdue)) {
    const place = placeOf(found);
    await inTransaction(db, async (trx) => {
      if ((await markAsked(trx, found)) && !(await readException(trx, bankCaseId(place, caseKey(found))))) await openStrangerCase(trx, place, found);
    });
  }
}

async function applied(trx: Trx, place: MessagePlace, found: UnmatchedStatus): Promise<boolean> {
  const [instruction] = await lockInstructions(trx, place.entity, [found.endToEndId]);
  if (!instruction || isUnsent(instruction.state as PaymentState)) return false; // the bank cannot mean what it was not sent
  const status: ReportedStatus = { ...(found.status as ReportedStatus), endToEndId: instruction.endToEndId }; // ACH quotes its first characters
  const after = afterBankStatus(instruction.state as PaymentState, status.status, status.level, status.reasonCode);
  if (after.effect === 'case' || after.effect === 'enquire') await openContradiction(trx, place, instruction, status, after);
  await changeInstructions(trx, instruction.runId, [changeOf(status, after)]);
  if (after.effect === 'reopen') await tellInvoices(trx, place, [{ instruction, status: 'rejected', reference: status.reasonCode ?? status.status }]);
  await matchStatus(trx, found);
  await recordMoves(trx, place, requiredOf(await lockCase(trx, instruction.runId), 'case', instruction.runId), status.endToEndId);
  return true;
}

/** As long as silence of the bank about a payment of ours may last. */
async function deadlineOf(db: PaymentParts['db'], entity: string, now: Date): Promise<(found: UnmatchedStatus) => boolean> {
  const company = await requiredEntity(db, entity);
  const { policy, today } = await paymentSettings(db, company, now);
  const system = company.bank?.accounts[0]?.calendar ?? 't2';
  return ({ createdAt }) => today > waitsUntil(createdAt.slice(0, 10), system, policy.content.silenceBusinessDays);
}

async function openStrangerCase(trx: Trx, place: MessagePlace, found: UnmatchedStatus): Promise<void> {
  const { endToEndId, status, reasonCode } = found.status as ReportedStatus;
  await openBankCase(trx, place, {
    key: caseKey(found), code: 'status-unmatched', title: `The bank reports ${status} for payment ${endToEndId}, which is in no run`,
    suggestion: `Ask the bank who ordered the payment${reasonCode ? ` (reason ${reasonCode})` : ''}. The status is kept and is applied if the payment turns up.`, detail: { endToEndId },
  });
}

function caseKey({ endToEndId }: UnmatchedStatus): string {
  return `unmatched-${endToEndId}`;
}
