import type { Trx } from '../../db/client.ts';
import { latestAssessment, readFacts, type StoredAssessment } from '../../db/repositories/assessments.ts';
import type { CaseWithProgress } from '../../db/repositories/cases.ts';
import { isSettledInFull } from '../../db/repositories/full-credits.ts';
import { paymentUnderWay } from '../../db/repositories/payables.ts';
import { readDocument } from '../../db/repositories/documents.ts';
import type { InvoiceFacts } from '../../domain/model/invoice-facts.ts';
import { hearDecision, refusal, type HeardDecision, type Verdict } from '../decisions.ts';
import type { DecisionAnswer, DecisionCommand } from './commands.ts';
import { judgeCorrection, judgeWithdrawal } from './decide-correction.ts';
import { judgeApproval } from './decide-approval.ts';
import { judgeResolution } from './decide-exception.ts';
import { assembleFacts, readStanding } from './facts.ts';
import { erpFactsSchema } from './gather-invoice-facts.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import type { PayablesParts } from './parts.ts';

/** What a judge of one kind of decision about a document looks at. */
export interface Hearing extends HeardDecision {
  facts: InvoiceFacts;
  assessment: StoredAssessment | undefined;
}

/** Judges what a person decided about a document, on the facts of this moment (see `decisions.ts`). */
export async function verifyAndRecordDecision(parts: PayablesParts, command: DecisionCommand): Promise<DecisionAnswer> {
  return hearDecision(parts, command, (heard) => judge(parts, heard, command.effectUnderWay === true));
}

async function judge(parts: PayablesParts, heard: HeardDecision, effectUnderWay: boolean): Promise<Verdict> {
  if (effectUnderWay && wouldTakeBack(heard)) return refusal('step-in-progress', 'The ERP is being asked to post, release or reverse this document; decide again when it has answered. Its step may be retried.');
  const assessment = await latestAssessment(heard.trx, heard.current.case.id);
  const settled = await settledMeanwhile(heard);
  if (settled) return settled;
  const hearing: Hearing = { ...heard, assessment, facts: await factsNow(parts, heard.trx, heard.current, assessment) };
  switch (heard.decision.update) {
    case 'decide':
      return judgeApproval(hearing);
    case 'resolveException':
      return judgeResolution(parts, hearing);
    case 'correct':
      return judgeCorrection(hearing);
    case 'withdraw':
      return judgeWithdrawal(hearing);
    default:
      return refusal('unknown-resource', 'A document takes no such decision.');
  }
}

/** What would take the document away, or its posting back. */
const takesBack = new Set(['correct', 'withdraw', 'reject', 'duplicate']);

function wouldTakeBack({ decision }: HeardDecision): boolean {
  return takesBack.has(decision.update) || takesBack.has(decision.decision);
}

/** A document whose payment is with the bank stays as it is until the bank has answered: the money may be gone (P6). So do a full credit and its invoice, which have closed each other (C4). */
async function settledMeanwhile(heard: HeardDecision): Promise<Verdict | undefined> {
  if (!wouldTakeBack(heard)) return undefined;
  if (await isSettledInFull(heard.trx, heard.current.case.id)) return refusal('already-decided', 'This document has been settled by a full credit, and is about to end as credited.');
  const payment = await paymentUnderWay(heard.trx, heard.current.case.id);
  return payment && refusal('payment-under-way', `Run ${payment.runId} has handed the payment of this document to the bank (${payment.state}). Wait until the bank has answered; ask it to recall the payment if the money must not leave.`);
}

/** Persons, delegations and policies as they stand now (A9), on the snapshot of the newest assessment. */
async function factsNow({ now }: PayablesParts, trx: Trx, current: CaseWithProgress, assessment: StoredAssessment | undefined): Promise<InvoiceFacts> {
  const { id, entity } = current.case;
  const document = requiredOf(await readDocument(trx, id), 'document', id);
  const snapshot = assessment && (await readFacts(trx, assessment.factsId));
  const erp = snapshot ? erpFactsSchema.parse(snapshot.facts) : { suppliers: [], orders: [], receipts: [] };
  const at = now();
  const [company, standing] = await Promise.all([requiredEntity(trx, entity), readStanding(trx, current.case, erp, at)]);
  return assembleFacts(trx, { company, current, document, erp, standing, now: at });
}
