import { loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { StatementEntry } from '../domain/model/bank-statement.ts';
import type { Payable, PaymentProposal } from '../domain/model/payment.ts';
import { matchConfirmations, type BookedEntry, type OutstandingPayment } from '../domain/rules/payments/confirm.ts';
import { paymentOrder } from '../domain/rules/payments/order.ts';
import { proposePayments } from '../domain/rules/payments/propose.ts';
import { reconcilePayments } from '../domain/rules/payments/reconcile.ts';
import { entryIdentities } from '../domain/rules/statements/identity.ts';
import { base32 } from '../domain/rules/payments/identifiers.ts';
import { credit, eur, facts, ibanOf, payable, payee, sha256 } from '../test/domain/payments/scenario.ts';

export const summary = 'payment rules: a run of 10,000 documents proposed and ordered, its bank entries matched and reconciled';

/** Arguments: documents (10000). */
export function run(args: string[]) {
  const count = Number(args[0] ?? 10_000);
  const rows = [measured(count, count), measured(count, Math.ceil(count / 20))].flat();
  return Promise.resolve({ name: 'payment-rules', rows, notes: [`Every twentieth document is a credit. The first rows have a supplier for each document that is not one, the others one for twenty. Load of the machine: ${loadavg().map((load) => Math.round(load)).join(', ')}.`] });
}

function measured(count: number, suppliers: number): Record<string, string | number>[] {
  const documents = Array.from({ length: count }, (_, n) => documentOf(n, suppliers));
  const given = facts(documents, { policy: { limits: { run: '100000000', supplier: '100000000', account: '100000000' } } });
  const [proposed, proposal] = timed(() => proposePayments(given));
  const [ordered, order] = timed(() => orderOf(proposal, documents));
  const transfers = order.batches.flatMap(({ paymentInformationId, transfers: own }) => own.map((transfer) => ({ ...transfer, paymentInformationId })));
  const outstanding = transfers.map(({ endToEndId, amount, paymentInformationId }): OutstandingPayment => ({ endToEndId, amount, paymentInformationId, state: 'sent' }));
  const entries = transfers.map(({ endToEndId, amount }): StatementEntry => ({ endToEndId, amount: { ...amount, minor: `-${amount.minor}` }, status: 'booked', bookingDate: '2026-06-02', references: { bank: endToEndId.slice(0, 12) }, text: 'Transfer' }));
  const [identified, identities] = timed(() => entryIdentities('DE02120300000000202051', entries, (text) => base32(sha256(text))));
  const [matched, result] = timed(() => matchConfirmations(entries.map((entry, n): BookedEntry => ({ entry, identity: identities[n]! })), outstanding));
  const total = transfers.reduce((sum, { amount }) => sum + BigInt(amount.minor), 0n);
  const batch: BookedEntry = { identity: 'batch', entry: { amount: { currency: 'EUR', minor: `-${total}` }, status: 'booked', references: { paymentInformation: order.batches[0]!.paymentInformationId }, transactions: transfers.length, text: '' } };
  const [summed, together] = timed(() => matchConfirmations([batch], outstanding));
  if (result.confirmed.length !== transfers.length || together.confirmed.length !== transfers.length) throw new Error('not every payment was confirmed');
  const confirmedBy = new Map(result.confirmed.map(({ endToEndId, identity }) => [endToEndId, identity]));
  const [reconciled, differences] = timed(() =>
    reconcilePayments({
      asOf: '2026-06-03', system: 't2', silenceBusinessDays: 1, erp: [], documents: documents.map(({ caseId, open }) => ({ caseId, open })),
      bank: entries.map(({ amount, endToEndId }, n) => ({ identity: identities[n]!, amount, endToEndIds: [endToEndId!] })),
      payments: transfers.map(({ endToEndId, amount }, n) => ({ endToEndId, amount, state: 'confirmed', executionDate: '2026-06-02', items: proposal.instructions[n]!.items.map((caseId) => ({ caseId, revision: 1 })), confirmedBy: confirmedBy.get(endToEndId)! })),
    }),
  );
  if (differences.length > 0) throw new Error('bank, payments and ERP do not agree');
  const steps = { propose: proposed, order: ordered, 'entry identities': identified, 'match entries': matched, 'match one batch entry': summed, reconcile: reconciled };
  return Object.entries(steps).map(([step, time]) => ({ documents: count, payments: transfers.length, step, ...time }));
}

function documentOf(n: number, suppliers: number): Payable {
  const to = { supplierId: `S${n % suppliers}`, payee: payee(`S${n % suppliers}`, ibanOf(n % suppliers)) };
  const twin = { supplierId: `S${(n + 1) % suppliers}`, payee: payee(`S${(n + 1) % suppliers}`, ibanOf((n + 1) % suppliers)) };
  return n % 20 === 0 ? credit(`c${n}`, '10', twin) : payable(`c${n}`, { ...to, open: eur('119.00'), net: eur('100.00'), baselineDate: '2026-05-20', discounts: [{ percent: '3', days: 14 }] });
}

function orderOf(proposal: PaymentProposal, documents: Payable[]) {
  return paymentOrder({ runId: 'BENCH-1', createdAt: '2026-06-02T08:00:00.000Z', initiator: { name: 'Sample' }, debtor: { name: 'Sample' }, payerAccount: facts([]).payerAccount, proposal, removed: [], documents, sha256 });
}

function timed<Result>(work: () => Result): [Record<string, number>, Result] {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const result = work();
  const { user, system } = process.cpuUsage(cpu);
  return [{ milliseconds: Math.round(performance.now() - start), 'CPU milliseconds': Math.round((user + system) / 1e3) }, result];
}
