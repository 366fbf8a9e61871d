import type { Trx } from '../../db/client.ts';
import { keepUnmatchedStatus } from '../../db/repositories/bank-messages.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { runByMessage } from '../../db/repositories/payment-runs.ts';
import { changeInstructions, instructionsOf, type InstructionChange, type StoredInstruction } from '../../db/repositories/payments.ts';
import type { PaymentStatusReport } from '../../domain/model/bank-message.ts';
import { afterBankStatus, type AfterStatus, type PaymentState } from '../../domain/rules/payments/bank-status.ts';
import { statusesOf, type ReportedStatus } from '../../domain/rules/payments/status-report.ts';
import { requiredOf } from '../lookup.ts';
import { openBankCase, type MessagePlace } from './bank-case.ts';
import { fullIds } from './apply-entries.ts';
import { holdDocuments, untilLifted } from './hold-documents.ts';
import { recordMoves } from './record-moves.ts';
import { tellInvoices } from './tell-invoices.ts';

/** Applies what the bank says of a file (P8). Statuses of payments that we do not know are kept and looked at again. */
export async function applyReport(trx: Trx, place: MessagePlace, report: PaymentStatusReport): Promise<void> {
  const run = await runByMessage(trx, report.originalMessageId);
  if (!run || run.entity !== place.entity) return applyUnknown(trx, place, report);
  const current = requiredOf(await lockCase(trx, run.runId), 'case', run.runId);
  const instructions = (await instructionsOf(trx, run.runId)).filter(({ state }) => state !== 'removed');
  const byId = new Map(instructions.map((instruction) => [instruction.endToEndId, instruction]));
  const { statuses, strangers } = statusesOf({ ...report, transfers: report.transfers.map(fullIds(instructions)) }, instructions.map(({ endToEndId, paymentInformationId }) => ({ endToEndId, paymentInformationId: paymentInformationId ?? '' })));

  const judged = statuses.map((status) => ({ status, after: afterBankStatus(byId.get(status.endToEndId)!.state as PaymentState, status.status, status.level, status.reasonCode) }));
  await changeInstructions(trx, run.runId, judged.map(({ status, after }) => changeOf(status, after)));
  await tellInvoices(trx, place, judged.filter(({ after }) => after.effect === 'reopen').map(({ status }) => ({ instruction: byId.get(status.endToEndId)!, status: 'rejected' as const, reference: status.reasonCode ?? status.status })));
  for (const { status, after } of judged) if (after.effect === 'case' || after.effect === 'enquire') await openContradiction(trx, place, byId.get(status.endToEndId)!, status, after);
  await keepStrangers(trx, place, strangers);
  await recordMoves(trx, place, current);
}

/** A file that no run of ours has sent: what is said of single payments waits for them, what is said of all of them is asked about at once. */
async function applyUnknown(trx: Trx, place: MessagePlace, { originalMessageId, groupStatus, batches, transfers }: PaymentStatusReport): Promise<void> {
  await keepStrangers(trx, place, transfers.map((transfer) => ({ ...transfer, level: 'transfer' as const })));
  const said = [...(groupStatus === undefined ? [] : [groupStatus]), ...batches.map(({ paymentInformationId, status }) => `${status} for batch ${paymentInformationId}`)];
  if (said.length === 0) return;
  await openBankCase(trx, place, { key: 'report-unmatched', code: 'report-unmatched', title: `The bank reports ${said[0]} for file ${originalMessageId}, which is of no run`, suggestion: `Ask the bank who sent the file. It says: ${said.join(', ')}.`, detail: { originalMessageId } });
}

/** The bank contradicts itself or our books, or refers to something that it has: somebody asks it, and what it may have paid is held. */
export async function openContradiction(trx: Trx, place: MessagePlace, instruction: StoredInstruction, { status, endToEndId }: ReportedStatus, { effect, message = '', hold }: AfterStatus): Promise<void> {
  const code = effect === 'case' ? 'bank-contradiction' : 'bank-duplicate';
  if (hold) await holdDocuments(trx, place, { code, fact: `${place.messageId}/${status}` }, [instruction]);
  await openBankCase(trx, place, { key: endToEndId, code, title: `The bank reports ${status} for payment ${endToEndId}`, suggestion: hold ? `${message} ${untilLifted}` : message, detail: { endToEndId, runId: instruction.runId } });
}

export function changeOf({ endToEndId, status, reasonCode }: ReportedStatus, { state }: AfterStatus): InstructionChange {
  return { endToEndId, state, bankStatus: status, ...(reasonCode === undefined ? {} : { reasonCode }) };
}

async function keepStrangers(trx: Trx, { entity, source, messageId }: MessagePlace, strangers: readonly ReportedStatus[]): Promise<void> {
  for (const status of strangers) await keepUnmatchedStatus(trx, { source, messageId, endToEndId: status.endToEndId, entity, status });
}
