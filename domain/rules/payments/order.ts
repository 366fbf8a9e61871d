import { KontorError } from '../../errors.ts';
import type { Instant } from '../../model/dates.ts';
import type { Payable, PayerAccount, PaymentProposal, ProposedInstruction, ProposedItem } from '../../model/payment.ts';
import type { OrderedTransfer, PaymentOrder } from '../../model/payment-order.ts';
import { canonicalJson } from '../canonical-json.ts';
import { absoluteMoney, minorOf } from '../money.ts';
import { compactIban } from './iban.ts';
import { endToEndIdOf, instructionIdOf, messageIdOf, paymentInformationIdOf } from './identifiers.ts';

export interface OrderInput {
  runId: string;
  /** When the file was first made; frozen, because it is a part of the bytes (P7). */
  createdAt: Instant;
  initiator: PaymentOrder['initiator'];
  debtor: PaymentOrder['debtor'];
  payerAccount: PayerAccount;
  proposal: PaymentProposal;
  /** Keys of the groups that were taken out after the approval (P6, P10). */
  removed: readonly string[];
  documents: readonly Pick<Payable, 'caseId' | 'documentNumber' | 'class' | 'issueDate' | 'remittance'>[];
  sha256(text: string): Uint8Array;
}

type Document = OrderInput['documents'][number];

/**
 * The order for the bank of all groups of a proposal that were not removed: a batch for each execution date, method, service
 * level, charge bearer and currency. The same input gives the same order, whatever the order of its lists (P7).
 * @throws KontorError `run-empty` when nothing is left to pay, `payment-order-malformed` when the input does not fit together
 */
export function paymentOrder(input: OrderInput): PaymentOrder {
  const { proposal, runId } = input;
  const removed = new Set(input.removed);
  const instructions = proposal.instructions.filter(({ groupKey }) => !removed.has(groupKey)).sort((a, b) => compare(a.groupKey, b.groupKey));
  if (instructions.length === 0) throw new KontorError('run-empty', `Run ${runId} has nothing left to pay: all ${proposal.instructions.length} payments were taken out.`);
  const batches = [...batchesOf(instructions)].sort(([a], [b]) => compare(a, b));
  const transferOf = transferMaker(input);
  let transfers = 0;
  return {
    schemaVersion: 1,
    runId,
    messageId: messageIdOf(runId),
    createdAt: input.createdAt,
    initiator: input.initiator,
    debtor: input.debtor,
    debtorAccount: input.payerAccount,
    batches: batches.map(([, members], index) => {
      const { executionDate, method, serviceLevel, chargeBearer } = members[0]!;
      return {
        paymentInformationId: paymentInformationIdOf(runId, index + 1),
        executionDate,
        method,
        ...(serviceLevel === undefined ? {} : { serviceLevel }),
        chargeBearer,
        transfers: members.map((instruction) => transferOf(instruction, instructionIdOf(runId, ++transfers))),
      };
    }),
  };
}

/** The end-to-end id of one instruction: that of its items and their payment revisions (P7). */
export function endToEndIdOfInstruction(instruction: Pick<ProposedInstruction, 'items'>, items: ReadonlyMap<string, Pick<ProposedItem, 'caseId' | 'revision'>>, sha256: OrderInput['sha256']): string {
  return endToEndIdOf(instruction.items.map((caseId) => items.get(caseId) ?? missing(caseId)), sha256);
}

function batchesOf(instructions: readonly ProposedInstruction[]): Map<string, ProposedInstruction[]> {
  const batches = new Map<string, ProposedInstruction[]>();
  for (const instruction of instructions) {
    const { executionDate, method, serviceLevel, chargeBearer, amount } = instruction;
    const key = canonicalJson([executionDate, method, serviceLevel ?? null, chargeBearer, amount.currency]);
    const members = batches.get(key);
    if (members) members.push(instruction);
    else batches.set(key, [instruction]);
  }
  return batches;
}

function transferMaker({ proposal, documents, sha256 }: OrderInput): (instruction: ProposedInstruction, instructionId: string) => OrderedTransfer {
  const items = new Map(proposal.items.map((item) => [item.caseId, item]));
  const details = new Map(documents.map((document) => [document.caseId, document]));
  return (instruction, instructionId) => {
    const { payee, account, amount } = instruction;
    const own = instruction.items.map((caseId) => ({ item: items.get(caseId) ?? missing(caseId), document: details.get(caseId) ?? missing(caseId) }));
    const references = new Set(own.filter(({ item }) => minorOf(item.open) > 0n).map(({ document }) => document.remittance?.replace(/\s+/g, ' ').trim() ?? ''));
    const [reference] = references.size === 1 ? references : [''];
    return {
      endToEndId: endToEndIdOfInstruction(instruction, items, sha256),
      instructionId,
      amount,
      creditor: { name: payee.name, country: payee.country },
      creditorAccount: {
        ...(account.iban === undefined ? {} : { iban: compactIban(account.iban) }),
        ...(account.account === undefined ? {} : { account: account.account }),
        ...(account.routingNumber === undefined ? {} : { routingNumber: account.routingNumber }),
        ...(account.bic === undefined ? {} : { bic: account.bic }),
        ...(account.kind === undefined ? {} : { kind: account.kind }),
      },
      ...(reference === undefined || reference === '' ? {} : { creditorReference: reference }),
      documents: own.sort((a, b) => compare(a.document.issueDate, b.document.issueDate) || compare(a.item.caseId, b.item.caseId)).map(({ item, document }) => remitted(item, document)),
    };
  };
}

/** What is paid for the document, after its discount and what is withheld; whatever lowers the payment is a credit note with its size. */
function remitted(item: ProposedItem, document: Document): OrderedTransfer['documents'][number] {
  return {
    number: document.documentNumber,
    class: minorOf(item.amount) < 0n ? 'credit-note' : 'invoice',
    issueDate: document.issueDate,
    amount: absoluteMoney(item.amount),
    ...(item.discount ? { discount: item.discount.amount } : {}),
    ...(item.withheld ? { withheld: absoluteMoney(item.withheld.amount) } : {}),
  };
}

function missing(caseId: string): never {
  throw new KontorError('payment-order-malformed', `The order names case ${caseId}, and nothing is known of its document or amount.`, { place: { path: '/items' } });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
