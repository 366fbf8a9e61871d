import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Payable, PaymentProposal } from '../../../domain/model/payment.ts';
import { paymentProposalSchema } from '../../../domain/model/payment.ts';
import { isCreditorReference } from '../../../domain/rules/cash-application/creditor-reference.ts';
import { endToEndIdOfInstruction } from '../../../domain/rules/payments/order.ts';
import { proposePayments, type PaymentFacts } from '../../../domain/rules/payments/propose.ts';
import { credit, eur, facts, ibanOf, payable, payee, sha256 } from './scenario.ts';

const minor = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 3_000_000 }));
const someDocument = fc.record({
  supplier: fc.integer({ min: 1, max: 2 }),
  payeeOf: fc.constantFrom(0, 0, 0, 9),
  account: fc.integer({ min: 1, max: 2 }),
  minor,
  isCredit: fc.constantFrom(true, false, false, false),
  lonely: fc.boolean(),
  currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'USD', 'JPY'),
  dueDate: fc.constantFrom('2026-03-01', '2026-05-20', '2026-05-29', '2026-06-01', '2026-06-02', '2026-06-03', '2026-06-04', '2026-07-01'),
  separate: fc.constantFrom(false, false, false, true),
  reference: fc.constantFrom(undefined, undefined, 'RF18539007547034', 'Kd 1'),
  discounts: fc.array(fc.record({ percent: fc.constantFrom('0', '1', '2.5', '33.333'), days: fc.integer({ min: 20, max: 40 }) }), { maxLength: 2 }),
  status: fc.constantFrom('verified' as const, 'verified' as const, 'verified' as const, 'on-hold' as const),
});

function documentOf(some: typeof someDocument extends fc.Arbitrary<infer Some> ? Some : never, index: number): Payable {
  const supplierId = `S${some.supplier}`;
  const payeeId = some.payeeOf === 0 ? supplierId : 'F9';
  const target = payee(payeeId, ibanOf(some.supplier * 10 + some.account), {});
  const open = { currency: some.currency, minor: String(some.isCredit ? -Math.ceil(some.minor / 20) : some.minor) };
  const { account, ...nobody } = target;
  return payable(`c${index}`, {
    supplierId, open, gross: { ...open, minor: String(some.minor) }, net: { ...open, minor: String(Math.max(1, Math.floor(some.minor * 0.84))) }, class: some.isCredit ? 'credit-note' : 'invoice',
    dueDate: some.dueDate, separate: some.separate, discounts: some.discounts,
    payee: some.isCredit && some.lonely ? nobody : { ...nobody, account: { ...account!, status: some.status } },
    ...(some.reference === undefined ? {} : { remittance: some.reference }),
  });
}

const someFacts = fc
  .record({
    documents: fc.array(someDocument, { minLength: 4, maxLength: 20 }),
    supplier: fc.constantFrom('100', '20000', '1000000', '1000000'),
    run: fc.constantFrom('500', '60000', '5000000', '5000000'),
    maximumItems: fc.constantFrom('3', '20000', '20000', '20000'),
    hasRate: fc.boolean(),
  })
  .map(({ documents, supplier, run, maximumItems, hasRate }): PaymentFacts =>
    facts(documents.map(documentOf), {
      rates: [{ from: 'JPY', to: 'EUR', rate: '0.0061' }, ...(hasRate ? [{ from: 'USD', to: 'EUR', rate: '0.91' }] : [])],
      holds: [{ id: 'H', entity: 'DE01', subject: 'item', subjectId: 'c3', reason: 'x' }],
      policy: { limits: { supplier, account: supplier, run }, maximumItems, methods: [{ currency: 'EUR', method: 'sepa', chargeBearer: 'SLEV' }, { currency: 'USD', method: 'credit-transfer', chargeBearer: 'SHAR' }, { currency: 'JPY', method: 'credit-transfer', chargeBearer: 'SHAR' }] },
    }),
  );

/** Millionths of a euro for one minor unit. */
const euros: Record<string, number> = { EUR: 10_000, USD: 9_100, JPY: 6_100 };
const amountsOf = ({ instructions }: PaymentProposal) => instructions.map(({ amount }) => BigInt(amount.minor));

describe('proposals of any documents', () => {
  const always = (name: string, check: (proposal: PaymentProposal, given: PaymentFacts) => void) =>
    it(name, () => {
      fc.assert(
        fc.property(someFacts, (given) => {
          check(proposePayments(given), given);
        }),
        { numRuns: 200 },
      );
    });

  always('keep every cent: an instruction is the sum of its items, an item its open amount less the discount', ({ items, instructions }) => {
    const byCase = new Map(items.map((item) => [item.caseId, item]));
    for (const instruction of instructions) {
      expect(instruction.items.reduce((sum, caseId) => sum + BigInt(byCase.get(caseId)!.amount.minor), 0n)).toBe(BigInt(instruction.amount.minor));
      expect(new Set(instruction.items.map((caseId) => byCase.get(caseId)!.amount.currency))).toEqual(new Set([instruction.amount.currency]));
    }
    for (const { open, amount, discount } of items) expect(BigInt(amount.minor) + BigInt(discount?.amount.minor ?? 0)).toBe(BigInt(open.minor));
  });

  always('pay nothing twice and lose nothing: each document is in one instruction or excluded with a reason', ({ items, instructions, excluded }, given) => {
    const paid = instructions.flatMap((instruction) => instruction.items);
    expect(new Set(paid).size).toBe(paid.length);
    expect([...paid].sort()).toEqual(items.map(({ caseId }) => caseId).sort());
    const out = new Set(excluded.map(({ caseId }) => caseId));
    expect(paid.filter((caseId) => out.has(caseId))).toEqual([]);
    expect([...paid, ...out].sort()).toEqual(given.payables.map(({ caseId }) => caseId).sort());
    expect(new Set(excluded.map(({ caseId, code }) => `${caseId} ${code}`)).size).toBe(excluded.length);
  });

  always('pay more than nothing, to usable accounts only, one payee and one reference at a time', ({ instructions }, given) => {
    const byCase = new Map(given.payables.map((one) => [one.caseId, one]));
    for (const { amount, items, account, payee: to } of instructions) {
      expect(BigInt(amount.minor)).toBeGreaterThan(0n);
      expect(account.status).toBe('verified');
      const documents = items.map((caseId) => byCase.get(caseId)!);
      expect(new Set(documents.map((document) => document.payee.supplierId))).toEqual(new Set([to.supplierId]));
      expect(new Set(documents.filter(({ class: kind }) => kind === 'invoice').map(({ remittance }) => remittance ?? '')).size).toBe(1);
      if (documents.some(({ separate }) => separate)) expect(documents).toHaveLength(1);
    }
  });

  always('stay within the limits of the run, and one instruction within that of its account', ({ instructions, items }, { policy }) => {
    const { limits, maximumItems } = policy.content;
    const millionths = instructions.map(({ amount }) => BigInt(amount.minor) * BigInt(euros[amount.currency]!));
    for (const value of millionths) expect(value <= BigInt(limits.account) * 1_000_000n).toBe(true);
    expect(millionths.reduce((sum, value) => sum + value, 0n) <= BigInt(limits.run) * 1_000_000n).toBe(true);
    expect(items.length).toBeLessThanOrEqual(Number(maximumItems));
  });

  always('have the shape that is stored', (proposal) => expect(paymentProposalSchema.parse(JSON.parse(JSON.stringify(proposal)))).toEqual(proposal));

  it('are the same for any order of documents, holds and rates', () =>
    fc.assert(
      fc.property(someFacts, fc.infiniteStream(fc.integer()), (given, keys) => {
        const shuffled = <Item>(list: Item[]): Item[] => list.map((item) => ({ item, key: keys.next().value as number })).sort((a, b) => a.key - b.key).map(({ item }) => item);
        expect(proposePayments({ ...given, payables: shuffled(given.payables), holds: shuffled(given.holds), rates: shuffled(given.rates!) })).toEqual(proposePayments(given));
      }),
      { numRuns: 200 },
    ));

  it('P7: the same items in another run have the same end-to-end ids, and another revision has others', () =>
    fc.assert(
      fc.property(someFacts, (given) => {
        const ids = (proposal: PaymentProposal) => {
          const items = new Map(proposal.items.map((item) => [item.caseId, item]));
          return proposal.instructions.map((instruction) => endToEndIdOfInstruction(instruction, items, sha256)).sort();
        };
        const first = proposePayments(given);
        const next = proposePayments({ ...given, runDate: '2026-06-03', today: '2026-06-03', nextRunDate: '2026-06-04' });
        const shared = next.instructions.filter(({ items }) => first.instructions.some((other) => other.items.join() === items.join()));
        const firstIds = new Set(ids(first));
        expect(ids({ ...next, instructions: shared }).filter((id) => !firstIds.has(id))).toEqual([]);
        const risen = proposePayments({ ...given, payables: given.payables.map((one) => ({ ...one, revision: 2 })) });
        expect(ids(risen).filter((id) => firstIds.has(id))).toEqual([]);
        expect(ids(first).every((id) => /^[A-Z2-7]{32}$/.test(id))).toBe(true);
        expect(new Set(ids(first)).size).toBe(first.instructions.length);
      }),
      { numRuns: 200 },
    ));

  it('the generator makes payments, credits and exclusions of many kinds', () => {
    const proposals = fc.sample(someFacts, { numRuns: 200, seed: 4 }).map(proposePayments);
    expect(proposals.flatMap(amountsOf).length).toBeGreaterThan(200);
    expect(proposals.flatMap(({ items }) => items.filter(({ amount }) => amount.minor.startsWith('-'))).length).toBeGreaterThan(25);
    expect(new Set(proposals.flatMap(({ excluded }) => excluded.map(({ code }) => code))).size).toBeGreaterThan(8);
    expect(isCreditorReference('RF18539007547034')).toBe(true);
  });
});

describe('P11: of several documents the ones due first', () => {
  const some = fc.record({ minor: fc.integer({ min: 1, max: 60_000 }), day: fc.constantFrom(4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22) });
  it.each(['supplier', 'account', 'run'] as const)('stay within the limit of the %s', (name) => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 15 }), fc.integer({ min: 1, max: 900 }), (documents, limit) => {
        const given = documents.map(({ minor: amount, day }, n) => payable(`c${n}`, { open: { currency: 'EUR', minor: String(amount) }, dueDate: `2026-05-${String(day).padStart(2, '0')}` }));
        const large = '10000000';
        const { items, excluded } = proposePayments(facts(given, { policy: { minimumPayment: {}, limits: { supplier: large, account: large, run: large, [name]: String(limit) } } }));
        const paid = items.reduce((sum, { amount }) => sum + Number(amount.minor), 0);
        expect(paid).toBeLessThanOrEqual(limit * 100);
        const byCase = new Map(given.map((one) => [one.caseId, one]));
        const fitting = excluded.map(({ caseId }) => byCase.get(caseId)!).filter(({ open }) => Number(open.minor) <= limit * 100);
        const lastPaid = items.map(({ payBy }) => payBy).sort().at(-1) ?? '';
        expect(fitting.every(({ dueDate }) => dueDate >= lastPaid)).toBe(true);
        // Nothing is left out for nothing: the first of them would not fit.
        const first = fitting.map((one) => ({ one, key: `${one.dueDate} ${one.caseId}` })).sort((a, b) => (a.key < b.key ? -1 : 1))[0];
        if (first) expect(paid + Number(first.one.open.minor)).toBeGreaterThan(limit * 100);
      }),
    );
  });
});

it('10,000 documents are proposed in one pass', () => {
  const to = (n: number): Partial<Payable> => ({ supplierId: `S${n % 475}`, payee: payee(`S${n % 475}`, ibanOf(n % 475)) });
  const documents = Array.from({ length: 10_000 }, (_, n) => (n < 500 ? credit(`c${n}`, '10', to(n)) : payable(`c${n}`, { ...to(n), open: eur('100') })));
  const { instructions, items } = proposePayments(facts(documents));
  expect(items).toHaveLength(10_000);
  expect(instructions).toHaveLength(475);
});
