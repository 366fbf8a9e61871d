import type { PostingAnswer } from '../../adapters/ports/erp.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { documentsOfRun, type RemittedDocument } from '../../db/repositories/payables.ts';
import { itemsOf, markBooked, toBook, type StoredInstruction, type StoredItem } from '../../db/repositories/payments.ts';
import { savePosting } from '../../db/repositories/postings.ts';
import { noMoney } from '../../domain/rules/money.ts';
import { leaseFor, once } from '../once.ts';
import { requiredEntity } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import type { ErpAccess } from '../accounts-payable/parts.ts';
import type { PaymentParts } from './parts.ts';

const pageSize = 100;

/**
 * Books confirmed payments in the ERP and takes returned ones back, each once under a key of its own that survives every retry.
 * A page a call; `more` says that another page waits. A payment that the ERP refuses becomes a case and does not stop the others.
 */
export async function bookPayments(parts: PaymentParts, { entity }: { entity: string }, attempt: number, heartbeat: () => void): Promise<{ booked: number; more: boolean }> {
  const erp = parts.erpOf(await requiredEntity(parts.db, entity));
  if (!erp.port.bookPayment || !erp.port.reversePayment) return { booked: 0, more: false };
  const waiting = await toBook(parts.db, entity, pageSize);
  const runs = new Map<string, RunDocuments>();
  let booked = 0;
  for (const instruction of waiting) {
    const documents = runs.get(instruction.runId) ?? (await documentsOf(parts, waiting, instruction.runId));
    runs.set(instruction.runId, documents);
    if (await (instruction.state === 'returned' ? takeBack : book)(parts, erp, instruction, documents, attempt)) booked += 1;
    heartbeat();
  }
  return { booked, more: booked > 0 && waiting.length === pageSize };
}

interface RunDocuments {
  items: StoredItem[];
  documents: RemittedDocument[];
}

/** The documents of those payments of a run that wait, not of all its payments. */
async function documentsOf({ db }: PaymentParts, waiting: readonly StoredInstruction[], runId: string): Promise<RunDocuments> {
  const endToEndIds = waiting.filter((instruction) => instruction.runId === runId).map(({ endToEndId }) => endToEndId);
  return { items: await itemsOf(db, runId, endToEndIds), documents: await documentsOfRun(db, runId, endToEndIds) };
}

function book(parts: PaymentParts, erp: ErpAccess, instruction: StoredInstruction, { items, documents }: RunDocuments, attempt: number): Promise<boolean> {
  const key = `ap-payment:${instruction.entity}:${instruction.endToEndId}:book:1`;
  const numbers = new Map(documents.map(({ caseId, postedAs }) => [caseId, postedAs ?? '']));
  const own = items.filter(({ endToEndId }) => endToEndId === instruction.endToEndId);
  const correlationId = instruction.runId;
  const command = {
    entity: instruction.entity,
    externalReference: key,
    correlationId,
    supplierId: instruction.supplierId,
    amount: instruction.amount,
    documents: own.map(({ caseId, item }) => ({ documentNumber: numbers.get(caseId) ?? '', amount: item.amount, discount: item.discount?.amount ?? noMoney(item.amount.currency), withheld: item.withheld?.amount ?? noMoney(item.amount.currency) })),
    bookedOn: instruction.bookedOn ?? instruction.executionDate,
    bankReference: instruction.confirmedBy ?? '',
  };
  return effect(parts, erp, instruction, { key, attempt, request: command, send: () => erp.port.bookPayment!(command, { correlationId }), cases: own.map(({ caseId, item }) => ({ caseId, amount: item.amount })), kind: 'pay', mark: (reference) => ({ bookedAs: reference }) });
}

function takeBack(parts: PaymentParts, erp: ErpAccess, instruction: StoredInstruction, { items }: RunDocuments, attempt: number): Promise<boolean> {
  const key = `ap-payment:${instruction.entity}:${instruction.endToEndId}:unbook:1`;
  const correlationId = instruction.runId;
  const command = { entity: instruction.entity, documentNumber: instruction.bookedAs ?? '', externalReference: key, correlationId, reason: `returned ${instruction.reasonCode ?? ''}`.trim() };
  const own = items.filter(({ endToEndId }) => endToEndId === instruction.endToEndId);
  return effect(parts, erp, instruction, { key, attempt, request: command, send: () => erp.port.reversePayment!(command, { correlationId }), cases: own.map(({ caseId, item }) => ({ caseId, amount: item.amount })), kind: 'reverse', mark: (reference) => ({ unbookedAs: reference }) });
}

interface Booking {
  key: string;
  attempt: number;
  request: unknown;
  send(): Promise<PostingAnswer>;
  cases: { caseId: string; amount: StoredInstruction['amount'] }[];
  kind: 'pay' | 'reverse';
  mark(reference: string): { bookedAs?: string; unbookedAs?: string };
}

/** True when the ERP has it; false when it refused, which a person then looks at. */
async function effect(parts: PaymentParts, erp: ErpAccess, { entity, runId, endToEndId, amount }: StoredInstruction, { key, attempt, request, send, cases, kind, mark }: Booking): Promise<boolean> {
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  const answer = await once<PostingAnswer, { reference: string }>(
    { db: parts.db, attempt, processEpoch: parts.processEpoch },
    {
      key, entity, caseId: runId, system: erp.system, request, settleWindowMs: erp.settleWindowMs, leaseMs: leaseFor(erp),
      async enquire() {
        const document = await erp.port.findByExternalReference(entity, key, { correlationId: runId });
        return document && { outcome: 'posted', document };
      },
      send,
      outcomeOf: (posting) => (posting.outcome === 'posted' ? { reference: posting.document.documentNumber } : undefined),
      async write(trx, posting) {
        if (posting.outcome === 'refused')
          return openException(trx, {
            id: `${runId}-e-${kind}-${endToEndId.slice(0, 12)}`, entity, case: runId, origin: 'payment', code: 'counterpart-rejected', reasonCode: 'OTH', actionCode: 'NOA',
            title: `The ERP refuses to ${kind === 'pay' ? 'book' : 'take back'} payment ${endToEndId}: ${posting.code}`, suggestion: `${posting.message} The bank has ${kind === 'pay' ? 'paid' : 'given the money back'}; mend the cause, it is tried again.`,
            findings: [], ownerRole: 'ap-lead', dueAt, correlationId: runId,
          });
        const reference = posting.document.documentNumber;
        await markBooked(trx, runId, endToEndId, mark(reference));
        for (const { caseId, amount: settled } of cases) await savePosting(trx, { key: `${key}/${caseId}`, entity, caseId, system: erp.system, kind, status: 'posted', reference, amount: settled });
        await appendAudit(trx, entity, [{ action: `payment.${kind === 'pay' ? 'booked' : 'taken-back'}`, actor: `counterpart:${erp.system}`, case: runId, correlationId: runId, data: { key, endToEndId, reference, amount } }]);
      },
    },
  );
  return 'reference' in answer;
}
