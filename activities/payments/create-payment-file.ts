import { createHash } from 'node:crypto';
import { inTransaction, type Db, type Trx } from '../../db/client.ts';
import { contentHash, keepAccepted } from '../../db/repositories/blobs.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { documentsOfRun } from '../../db/repositories/payables.ts';
import { fixFileInstant, readRun, saveFile, type PaymentRun } from '../../db/repositories/payment-runs.ts';
import { countStates, instructionsOf, itemsOf, saveFileIds } from '../../db/repositories/payments.ts';
import { KontorError } from '../../domain/errors.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { Money } from '../../domain/model/money.ts';
import type { PaymentFile, PaymentOrder } from '../../domain/model/payment-order.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { messageIdOf } from '../../domain/rules/payments/identifiers.ts';
import { paymentOrder } from '../../domain/rules/payments/order.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import { recordTransitions } from '../transitions.ts';
import type { FileAnswer, RunRef } from './commands.ts';
import type { BankAccess, PaymentParts } from './parts.ts';
import { payerAccountOf } from './settings.ts';
import { giveBack, takeOutUnpayable } from './take-out-unpayable.ts';

/**
 * Writes the file for the bank from the approved and released content, less what has become not payable since, and keeps its bytes. Its
 * instant is fixed before, so that writing it again gives the same bytes; should they ever differ, nothing is sent (P7). No transfers: nothing is left to pay.
 */
export async function createPaymentFile(parts: PaymentParts, { entity, caseId }: RunRef, beat: () => void): Promise<FileAnswer> {
  const company = await requiredEntity(parts.db, entity);
  const givenBack = async (error: unknown): Promise<never> => {
    await giveBack(parts, { caseId });
    throw error;
  };
  const left = await takeOutUnpayable(parts, { entity, caseId }, beat).catch(givenBack);
  if (left === 0) return { messageId: '', transfers: 0, transitions: [] };
  const { file, order, run } = await writeRunFile(parts, company, caseId, beat).catch(givenBack);
  const bytes = Buffer.from(file.text, 'utf8');
  const fileHash = contentHash(bytes);
  if (run.fileSha256 !== null && run.fileSha256 !== fileHash) throw changedFile(caseId);
  const at = parts.now().toISOString();
  const transitions: Transition[] = [{ kind: 'filed', at, messageId: file.messageId, fileHash, transfers: file.transfers, controlSum: file.controlSum }];
  await inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    if ((await readRun(trx, caseId))?.fileSha256 === fileHash) return;
    await requireFiled(trx, caseId);
    await keepAccepted(trx, entity, { bytes, mediaType: file.mediaType, purpose: 'payment-file' });
    await saveFile(trx, caseId, { sha256: fileHash, format: file.format });
    await saveFileIds(trx, caseId, order.batches.flatMap(({ paymentInformationId, transfers }) => transfers.map(({ endToEndId, instructionId }) => ({ endToEndId, paymentInformationId, instructionId }))));
    await recordTransitions(trx, current, transitions, { actor: 'system:payments' });
  });
  return { messageId: file.messageId, transfers: file.transfers, transitions };
}

/** Another attempt that failed may have given the documents back meanwhile: people decide about them again, and a file of them would leave without another look. */
async function requireFiled(trx: Trx, runId: string): Promise<void> {
  const isFiled = (await countStates(trx, runId)).every(({ state, count }) => count === 0 || state === 'filed' || state === 'removed');
  if (!isFiled) throw new KontorError('effect-in-progress', `Another attempt has given the documents of run ${runId} back; the next one looks at them again.`);
}

export function changedFile(runId: string): KontorError {
  return new KontorError('payment-file-invalid', `The file of run ${runId} would differ from the one that was made before; nothing is sent.`, { place: { path: runId } });
}

/** The same run gives the same file, whenever it is asked for. */
export async function writeRunFile(parts: PaymentParts, company: LegalEntity, runId: string, beat: () => void): Promise<{ file: PaymentFile; order: PaymentOrder; run: PaymentRun; bank: BankAccess }> {
  const bank = parts.bankOf(company);
  if (!bank) throw new KontorError('unknown-resource', `${company.id} names no bank.`);
  await inTransaction(parts.db, (trx) => fixFileInstant(trx, runId, messageIdOf(runId), parts.now().toISOString()));
  const run = requiredOf(await readRun(parts.db, runId), 'payment run', runId);
  const order = await orderOf(parts.db, company, run, beat);
  const file = bank.port.writeFile(order);
  beat();
  return { file, order, run, bank };
}

async function orderOf(db: Db, company: LegalEntity, run: PaymentRun, beat: () => void): Promise<PaymentOrder> {
  const instructions = await instructionsOf(db, run.runId);
  beat();
  const items = await itemsOf(db, run.runId);
  beat();
  const documents = await documentsOfRun(db, run.runId);
  beat();
  const inRunCurrency = (minor: string | null): Money => ({ currency: run.currency ?? company.currency, minor: minor ?? '0' });
  return paymentOrder({
    runId: run.runId,
    createdAt: run.fileCreatedAt ?? '',
    initiator: { name: company.name },
    debtor: { name: company.name, country: company.country },
    payerAccount: payerAccountOf(company, run.payerAccount),
    proposal: {
      schemaVersion: 1, entity: run.entity, payerAccountId: run.payerAccount, runDate: run.runDate, nextRunDate: run.nextRunDate, excluded: [],
      items: items.map(({ item }) => item), instructions: instructions.map(({ instruction }) => instruction),
      total: inRunCurrency(run.totalMinor), discountTaken: inRunCurrency(run.discountMinor), withheld: inRunCurrency(run.withheldMinor), policyVersion: run.policyVersion ?? '',
    },
    removed: instructions.filter(({ state }) => state === 'removed').map(({ instruction }) => instruction.groupKey),
    documents: documents.map(({ remittance, postedAs: _postedAs, ...document }) => ({ ...document, ...(remittance ? { remittance } : {}) })),
    sha256: (text) => createHash('sha256').update(text).digest(),
  });
}
