import { inTransaction, type Trx } from '../../db/client.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { holdsOf, keepDocuments, openPayables } from '../../db/repositories/payables.ts';
import { readRun, type PaymentRun } from '../../db/repositories/payment-runs.ts';
import { changeInstructions, instructionsOf, itemsOf, moveAll, type StoredInstruction, type StoredItem } from '../../db/repositories/payments.ts';
import { localDate } from '../../domain/calendar/business-hours.ts';
import { addDays } from '../../domain/calendar/plain-date.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { Exclusion } from '../../domain/model/payment.ts';
import { earliestExecution } from '../../domain/rules/payments/execution.ts';
import { lastLook, type ReleasedItem } from '../../domain/rules/payments/last-look.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import { recordTransitions } from '../transitions.ts';
import type { RunRef } from './commands.ts';
import { saveContent } from './content.ts';
import type { PaymentParts } from './parts.ts';
import { openItemsInErp, type OpenItemsInErp } from './held-in-erp.ts';
import { cutOffOf, payerAccountOf, paymentSettings, type PaymentSettings } from './settings.ts';

/**
 * The last look before money leaves (P6): transfers with a document that was held, withdrawn, corrected or closed after the proposal are taken out, and so
 * are those with one that the ERP holds as cleared, as blocked or for another amount by now, those whose day cannot be met any more (P11) and those whose
 * payee was screened too long ago (P10). The others are filed in the same transaction. From then on nobody can withdraw or correct a document of the run
 * until the bank has answered. Answers how many transfers are left. A file that exists stays as it is (P7).
 */
export async function takeOutUnpayable(parts: Pick<PaymentParts, 'db' | 'now' | 'erpOf'>, { entity, caseId }: Pick<RunRef, 'entity' | 'caseId'>, beat: () => void): Promise<number> {
  const openItems = await askErp(parts, { entity, caseId });
  beat();
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const run = requiredOf(await readRun(trx, caseId), 'payment run', caseId);
    const instructions = (await instructionsOf(trx, caseId)).filter(({ state }) => state !== 'removed');
    if (run.fileSha256 !== null) return instructions.length;
    beat();
    const against = await lookedAt(trx, parts, run, instructions, openItems, beat);
    const at = parts.now().toISOString();
    beat();
    await changeInstructions(trx, caseId, [...against].map(([endToEndId, { code, message }]) => ({ endToEndId, state: 'removed', reasonCode: code, removedBy: 'system:payments', removedReason: message })));
    await moveAll(trx, caseId, ['proposed', 'approved'], 'filed');
    if (against.size > 0) {
      const { contentHash, total } = await saveContent(trx, run);
      await recordTransitions(trx, current, [{ kind: 'payments-removed', at, by: 'system:payments', reason: 'not-payable', endToEndIds: [...against.keys()], total, contentHash }], { actor: 'system:payments' });
    }
    return instructions.length - against.size;
  });
}

/** What the ERP holds open now, for a run without a file; asked before anything is locked. An ERP that gives no answer keeps the file from being made. */
async function askErp({ db, erpOf }: Pick<PaymentParts, 'db' | 'erpOf'>, { entity, caseId }: Pick<RunRef, 'entity' | 'caseId'>): Promise<OpenItemsInErp | undefined> {
  const run = requiredOf(await readRun(db, caseId), 'payment run', caseId);
  if (run.fileSha256 !== null) return undefined;
  return openItemsInErp(erpOf(await requiredEntity(db, entity)).port, { entity, correlationId: caseId });
}

/** What speaks against transfers of a run, by their end-to-end ids, while nobody can decide about their documents. */
async function lookedAt(trx: Trx, parts: Pick<PaymentParts, 'now'>, { entity, runId, payerAccount }: PaymentRun, instructions: readonly StoredInstruction[], openItems: OpenItemsInErp | undefined, beat: () => void): Promise<Map<string, Exclusion>> {
  const transfers = new Map(instructions.map((instruction) => [instruction.endToEndId, instruction]));
  const items = await itemsOf(trx, runId, [...transfers.keys()]);
  const caseIds = items.map(({ caseId }) => caseId);
  await keepDocuments(trx, caseIds);
  beat();
  const standing = (await openPayables(trx, entity, caseIds)).map((payable) => ({ ...payable, ...(openItems ? { inErp: openItems(payable.postedAs) } : {}) }));
  beat();
  const holds = await holdsOf(trx, entity);
  const company = await requiredEntity(trx, entity);
  const now = parts.now(); // last, because what comes before it may wait for others
  const settings = await paymentSettings(trx, company, now);
  const released = items.map((item) => releasedItem(item, requiredOf(transfers.get(item.endToEndId), 'transfer', item.endToEndId), settings));
  return lastLook(released, standing, holds, {
    earliestExecution: earliestExecution(cutOffOf(settings, payerAccountOf(company, payerAccount)), now.toISOString()),
    screenedSince: addDays(settings.today, -settings.policy.content.screeningValidDays),
  });
}

function releasedItem({ caseId, endToEndId, entity, item: { open, payBy, discount } }: StoredItem, { supplierId, executionDate, screening, instruction: { account } }: StoredInstruction, { calendar }: PaymentSettings): ReleasedItem {
  return {
    caseId, endToEndId, entity, open, payBy, executionDate, payee: { supplierId, account },
    ...(discount ? { discount } : {}),
    ...(screening ? { screenedOn: localDate(calendar.content, screening.at) } : {}),
  };
}

/** Why a file that exists and was never sent stays here: the day for which it was released cannot be met any more (P11), and discounts and screenings go with that day (P4, P10). */
export async function missedCutOff({ db, now }: Pick<PaymentParts, 'db' | 'now'>, company: LegalEntity, { runId, payerAccount, executionDate }: PaymentRun): Promise<{ code: string; message: string } | undefined> {
  if (executionDate === null) return undefined;
  const moment = now();
  const earliest = earliestExecution(cutOffOf(await paymentSettings(db, company, moment), payerAccountOf(company, payerAccount)), moment.toISOString());
  if (executionDate >= earliest) return undefined;
  return { code: 'cut-off-missed', message: `File ${runId} was never sent: it was released for ${executionDate}, and the bank would not execute it before ${earliest}.` };
}

/** No file came of it, and nothing is with the bank: people may decide about the documents again, and the next try looks again. */
export async function giveBack(parts: Pick<PaymentParts, 'db'>, { caseId }: Pick<RunRef, 'caseId'>): Promise<void> {
  await inTransaction(parts.db, async (trx) => {
    await lockCase(trx, caseId);
    const run = requiredOf(await readRun(trx, caseId), 'payment run', caseId);
    if (run.fileSha256 === null) await moveAll(trx, caseId, ['filed'], 'approved');
  });
}
