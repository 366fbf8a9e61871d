import { beforeAll, describe, expect, it } from 'vitest';
import { inTransaction, sql, violatedConstraint, type Trx } from '../../db/client.ts';
import { lockKeys } from '../../db/locks.ts';
import { linkCases } from '../../db/repositories/cases.ts';
import { claimInvoiceKey, clearPair, findDuplicateCandidates, invoiceLockKeys, retireInvoiceKey, type DuplicateQuery, type InvoiceKey } from '../../db/repositories/invoice-keys.ts';
import { holdsOf } from '../../db/repositories/payables.ts';
import { paymentEventId, paymentEventStep } from '../../db/repositories/payment-events.ts';
import { postingsOf, savePosting } from '../../db/repositories/postings.ts';
import { keepStep } from '../../db/repositories/recorded-steps.ts';
import { holdReservations, markReservationsPosted, orderLineLockKeys, releaseReservations, reservationsOf } from '../../db/repositories/reservations.ts';
import { compareExact, exact, minus, plus, toText, zero, type Exact } from '../../domain/rules/decimal.ts';
import { money } from '../../domain/rules/money.ts';
import { describeWithDatabase } from '../support/services.ts';
import { aCase, atOnce, useDatabase } from './fixtures.ts';

const smaller = (a: Exact, b: Exact): Exact => (compareExact(a, b) < 0 ? a : b);
const sumOf = (quantities: string[]): Exact => quantities.map(exact).reduce(plus, zero);

describeWithDatabase('reservations on order lines (M9)', () => {
  const own = useDatabase();
  const line = { orderNumber: '4500001', orderLine: '10' };
  const value = money('EUR', 0n);

  /** What a record activity does: lock, look, reserve min(Qi, E). Answers what it could take. */
  async function reserve(trx: Trx, caseId: string, order: string, wanted: string, received: string): Promise<string> {
    const at = { orderNumber: order, orderLine: '10' };
    await lockKeys(trx, orderLineLockKeys('DE01', [at]));
    const others = (await reservationsOf(trx, 'DE01', [order])).filter((held) => held.caseId !== caseId);
    const expected = minus(exact(received), sumOf(others.map((held) => held.quantity)));
    const taken = toText(smaller(exact(wanted), expected));
    await holdReservations(trx, 'DE01', caseId, [{ ...at, quantity: taken, value }]);
    return taken;
  }

  it('two concurrent invoices of 60 against a receipt of 100: one takes 60, the other sees 40', async () => {
    for (let round = 0; round < 10; round += 1) {
      const cases = await atOnce(2, (index) => aCase(own.db, `r${round}-${index}`));
      const taken = await atOnce(2, (index) => inTransaction(own.db, (trx) => reserve(trx, cases[index] ?? '', `PO-${round}`, '60', '100')));
      expect(taken.sort()).toEqual(['40', '60']);
    }
  });

  it('twenty at once never hold more than was received, and nobody deadlocks over several lines', async () => {
    const cases = await atOnce(20, (index) => aCase(own.db, `many-${index}`));
    await atOnce(20, (index) =>
      inTransaction(own.db, async (trx) => {
        const orders = ['PO-a', 'PO-b', 'PO-c'];
        if (index % 2) orders.reverse();
        await lockKeys(trx, orderLineLockKeys('DE01', orders.map((orderNumber) => ({ orderNumber, orderLine: '10' }))));
        const held = await reservationsOf(trx, 'DE01', orders);
        const lines = orders.map((orderNumber) => {
          const expected = minus(exact('50'), sumOf(held.filter((one) => one.orderNumber === orderNumber).map((one) => one.quantity)));
          return { orderNumber, orderLine: '10', quantity: toText(smaller(exact('7.5'), expected)), value };
        });
        await holdReservations(trx, 'DE01', cases[index] ?? '', lines.filter((one) => compareExact(exact(one.quantity), exact('0')) > 0));
      }),
    );
    for (const order of ['PO-a', 'PO-b', 'PO-c']) expect(toText(sumOf((await reservationsOf(own.db, 'DE01', [order])).map((held) => held.quantity)))).toBe('50');
  });

  it('replaces what the case held, leaves what was posted, and ends only by release or confirmed reversal', async () => {
    const caseId = await aCase(own.db, 'life');
    const hold = (quantity: string, orderNumber = 'PO-life') => inTransaction(own.db, (trx) => holdReservations(trx, 'DE01', caseId, [{ ...line, orderNumber, quantity, value: money('EUR', 500n) }]));
    const held = () => reservationsOf(own.db, 'DE01', ['PO-life', 'PO-other']);
    expect(await hold('10')).toEqual([]);
    expect(await hold('8'), 'of which it holds less').toEqual([{ ...line, orderNumber: 'PO-life' }]);
    expect(await hold('8')).toEqual([]);
    expect(await held()).toMatchObject([{ quantity: '8', state: 'pending', value: { currency: 'EUR', minor: '500' } }]);
    expect(await hold('3', 'PO-other'), 'that it holds no more').toEqual([{ ...line, orderNumber: 'PO-life' }]);
    expect(await held()).toMatchObject([{ orderNumber: 'PO-other', quantity: '3' }]);
    await inTransaction(own.db, (trx) => markReservationsPosted(trx, caseId, 'ap-invoice:k:1'));
    expect(await hold('1', 'PO-other')).toEqual([]);
    expect(await held()).toMatchObject([{ quantity: '3', state: 'posted', externalReference: 'ap-invoice:k:1' }]);
    expect(await inTransaction(own.db, (trx) => releaseReservations(trx, caseId, 'pending'))).toEqual([]);
    expect(await held()).toHaveLength(1);
    expect(await inTransaction(own.db, (trx) => releaseReservations(trx, caseId, 'confirmed-reversal'))).toEqual([{ ...line, orderNumber: 'PO-other' }]);
    expect(await held()).toEqual([]);
  });
});

describeWithDatabase('invoice keys and look-alikes (D1–D11)', () => {
  const own = useDatabase();
  const keyOf = (caseId: string, number: string, changes: Partial<InvoiceKey> = {}): InvoiceKey => ({
    caseId,
    entity: 'DE01',
    supplierId: 'S1',
    supplierGroup: 'G1',
    sellerName: 'Muster GmbH',
    class: 'invoice',
    typeCode: '380',
    documentHash: 'd'.repeat(64),
    scope: '',
    number,
    rawKey: number.toUpperCase(),
    k1: number.toUpperCase().replace(/[^A-Z0-9]/g, '').replace(/^0+/, ''),
    k2: number.toUpperCase().replace(/(?<!\d)0+(?=\d)/g, '').replace(/[^A-Z0-9]/g, ''),
    issueDate: '2026-11-02',
    gross: money('EUR', 11_900n),
    net: money('EUR', 10_000n),
    accounts: ['DE02120300000000202051'],
    vatId: 'DE123456789',
    preceding: [],
    ...changes,
  });
  const claim = (key: InvoiceKey) =>
    inTransaction(own.db, async (trx) => {
      await lockKeys(trx, invoiceLockKeys(key));
      return claimInvoiceKey(trx, key);
    });

  it('lets exactly one of twelve concurrent cases with one number live; the others learn who', async () => {
    const cases = await atOnce(12, (index) => aCase(own.db, `dup-${index}`));
    const claims = await atOnce(12, (index) => claim(keyOf(cases[index] ?? '', 'R-100')));
    const winner = cases[claims.findIndex((one) => one.claimed)];
    expect(claims.filter((one) => one.claimed)).toHaveLength(1);
    expect(claims.filter((one) => !one.claimed)).toEqual(Array.from({ length: 11 }, () => ({ claimed: false, holder: winner })));
  });

  it('is refused by the database itself, whoever forgets the locks', async () => {
    const [one, two] = [await aCase(own.db, 'index-1'), await aCase(own.db, 'index-2')];
    await claim(keyOf(one, 'R-200'));
    await claim(keyOf(two, 'R-201'));
    const error: unknown = await sql(own.db, `update invoice_keys set raw_key = 'R-200' where case_id = :two`, { two }).catch((reason: unknown) => reason);
    expect(violatedConstraint(error)).toBe('invoice_keys_live');
  });

  it.each<[string, Partial<InvoiceKey>]>([
    ['another supplier group', { supplierGroup: 'G2' }],
    ['a credit note', { class: 'credit-note' }],
    ['another company', { entity: 'US01' }],
    ['another scope, by policy or after a dual approval', { scope: '2027' }],
  ])('does not take %s for the same', async (name, changes) => {
    await claim(keyOf(await aCase(own.db, `${name} 1`), `R-300 ${name}`));
    expect(await claim(keyOf(await aCase(own.db, `${name} 2`), `R-300 ${name}`, changes))).toEqual({ claimed: true });
  });

  it('D1, D6, D11: a repeat does not hold its number, although no key shows who does, and the rules are told so', async () => {
    const [one, two, three] = [await aCase(own.db, 'repeat-1'), await aCase(own.db, 'repeat-2'), await aCase(own.db, 'repeat-3')];
    await claim(keyOf(one, 'R-500', { supplierGroup: 'G5' }));
    await claim(keyOf(two, 'R-500', { supplierGroup: 'G5' }));
    const repeat = keyOf(three, 'R-500', { supplierGroup: 'G6' });
    await inTransaction(own.db, (trx) => claimInvoiceKey(trx, repeat, { isRepeat: true }));
    const { supplierId: _id, typeCode: _type, documentHash: _hash, scope: _scope, vatId, ...asked } = keyOf('none', 'R-500');
    const candidates = await findDuplicateCandidates(own.db, { ...asked, vatIds: [vatId ?? ''], days: 90, limit: 50 });
    expect(Object.fromEntries(candidates.map(({ caseId, holdsNumber }) => [caseId, holdsNumber]))).toMatchObject({ [one]: true, [two]: false, [three]: false });
    expect(await claim(repeat)).toEqual({ claimed: true });
  });

  it('D9: frees the number when its case ends without effect, and moves with a corrected number', async () => {
    const [one, two] = [await aCase(own.db, 'ended-1'), await aCase(own.db, 'ended-2')];
    await claim(keyOf(one, 'R-400'));
    expect(await claim(keyOf(two, 'R-400'))).toEqual({ claimed: false, holder: one });
    await inTransaction(own.db, (trx) => retireInvoiceKey(trx, one));
    expect(await claim(keyOf(two, 'R-400'))).toEqual({ claimed: true });
    expect(await claim(keyOf(two, 'R-401'))).toEqual({ claimed: true });
    expect(await claim(keyOf(one, 'R-400'))).toEqual({ claimed: true });
  });

  describe('candidates', () => {
    let target = '';
    const query = (changes: Partial<DuplicateQuery> = {}): DuplicateQuery => {
      const { supplierId: _id, typeCode: _type, documentHash: _hash, scope: _scope, vatId, ...key } = keyOf('none', 'INV-2024-017');
      return { ...key, vatIds: vatId ? [vatId] : [], days: 90, limit: 50, ...changes };
    };
    const found = async (changes: Partial<DuplicateQuery> = {}) => (await findDuplicateCandidates(own.db, query(changes))).some((one) => one.caseId === target);
    beforeAll(async () => {
      target = await aCase(own.db, 'candidate');
      await claim(keyOf(target, 'INV-2024-017', { supplierGroup: 'G9', sellerName: 'Fuzzy & Söhne KG', vatId: 'DE999', accounts: ['ACC-9'], preceding: ['INV-2024-001'] }));
    });
    const far = { issueDate: '2020-01-01', gross: money('EUR', 1n), net: money('EUR', 1n) };
    const stranger = { supplierGroup: 'GX', sellerName: 'Quite Other Inc', vatIds: ['X'], accounts: [] as string[] };
    const number = (text: string) => ({ number: text, rawKey: text, k1: keyOf('', text).k1, k2: keyOf('', text).k2 });

    it('C1: the invoice of the same supplier that a credit was assigned to, whatever its number, amount and date', async () => {
      const assigned = { ...far, ...stranger, ...number('ZZZZZZZZ'), class: 'credit-note' as const, creditOf: target };
      expect(await found({ ...assigned, supplierGroup: 'G9' })).toBe(true);
      expect(await found(assigned)).toBe(false);
      expect(await found({ ...assigned, supplierGroup: 'G9', entity: 'US01' })).toBe(false);
    });

    it.each<[string, Partial<DuplicateQuery>, boolean]>([
      ['D2 equal k1, any date and amount, same group', { ...far, supplierGroup: 'G9', ...number('INV 2024 017') }, true],
      ['D2 equal k2, same group', { ...far, supplierGroup: 'G9', ...number('INV-2024-17') }, true],
      ['D4 number with one character more', { supplierGroup: 'G9', ...number('INV-2024-0175') }, true],
      ['D4 amount alike, same number', { supplierGroup: 'G9', gross: money('EUR', 91_100n), net: money('EUR', 1n) }, true],
      ['D4 number and amount unlike', { supplierGroup: 'G9', ...number('ZZZZZZZZ'), gross: money('EUR', 11_981n) }, false],
      ['D5 same amount, any number', { supplierGroup: 'G9', ...number('ZZZZZZZZ') }, true],
      ['D5 the same outside the window', { supplierGroup: 'G9', ...number('ZZZZZZZZ'), issueDate: '2026-01-02' }, false],
      ['D1 the number again, any date and amount, of an unknown vendor with the same plain name', { ...far, ...stranger, supplierGroup: undefined, sellerName: 'FUZZY UND SÖHNE' }, true],
      ['D4 the number again, of a known vendor with the same plain name', { ...far, ...stranger, sellerName: 'SÖHNE, FUZZY' }, true],
      ['D5 the amount again of an unknown vendor with the same plain name', { ...stranger, supplierGroup: undefined, sellerName: 'FUZZY UND SÖHNE', ...number('ZZZZZZZZ') }, true],
      ['D4 similar name of an unknown vendor, another amount', { ...stranger, supplierGroup: undefined, sellerName: 'FUZZY UND SOEHNE KG', gross: money('EUR', 1n) }, false],
      ['D4 similar name of another vendor, another date', { ...stranger, sellerName: 'FUZZY UND SOEHNE KG', issueDate: '2026-11-03', gross: money('EUR', 1n) }, false],
      ['D6 same account on another supplier', { ...stranger, accounts: ['ACC-9'] }, true],
      ['D6 same tax id on another supplier', { ...stranger, vatIds: ['X', 'DE999'] }, true],
      ['D6 same tax id, written otherwise', { ...stranger, vatIds: ['DE 999'] }, true],
      ['D4 another vendor, equal number, date and amount: how alike the names are, the rule asks', { ...stranger, sellerName: 'FUZZY UND SOEHNE KG' }, true],
      ['a stranger with the same number and amount, on another day', { ...stranger, issueDate: '2026-11-03' }, false],
      ['a stranger with the same amount on the same day', { ...stranger, ...number('ZZZZZZZZ') }, false],
      ['D8 a credit is not compared with an invoice', { supplierGroup: 'G9', class: 'credit-note' }, false],
      ['D8 what a credit refers to, written otherwise', { ...far, supplierGroup: 'G9', class: 'credit-note', ...number('CN-1'), preceding: ['INV 2024-0017'] }, true],
      ['D8 what a credit refers to', { ...far, supplierGroup: 'G9', class: 'credit-note', ...number('CN-1'), preceding: ['INV-2024-017'] }, true],
      ['what refers to us, written otherwise', { ...far, supplierGroup: 'G9', ...number('INV 2024-0001') }, true],
      ['what refers to us', { ...far, supplierGroup: 'G9', ...number('INV-2024-001') }, true],
    ])('%s', async (_name, changes, expected) => {
      expect(await found({ supplierGroup: 'none', sellerName: 'Fuzzy & Söhne KG', vatIds: ['none'], accounts: [], ...changes })).toBe(expected);
    });

    it('D10: a pair that was cleared is not raised again, in either direction; the case itself never is', async () => {
      const other = await aCase(own.db, 'cleared');
      await claim(keyOf(other, 'INV-2024-17', { supplierGroup: 'G9' }));
      const seenBy = async (caseId: string) => (await findDuplicateCandidates(own.db, query({ ...stranger, supplierGroup: 'G9', caseId }))).map((one) => one.caseId);
      expect(await seenBy(other)).toEqual([target]);
      await inTransaction(own.db, (trx) => clearPair(trx, { entity: 'DE01', caseId: other, otherCase: target, decidedBy: 'ada', reason: 'two deliveries' }));
      expect(await seenBy(other)).toEqual([]);
      expect(await seenBy(target)).toEqual([]);
    });

    it('D10: one that was let in beside another of the same number is not raised for that one; its own overrides keep it apart', async () => {
      const beside = await aCase(own.db, 'beside');
      await claim(keyOf(beside, 'INV-2024-0017', { supplierGroup: 'G9', scope: `override:${beside}` }));
      const seenBy = async (caseId: string) => (await findDuplicateCandidates(own.db, query({ ...stranger, supplierGroup: 'G9', caseId }))).map((one) => one.caseId);
      await inTransaction(own.db, (trx) => clearPair(trx, { entity: 'DE01', caseId: beside, otherCase: target, beside, decidedBy: 'ada', reason: 'two deliveries' }));
      expect(await seenBy(beside)).toContain(target);
      expect(await seenBy(target)).not.toContain(beside);
    });

    it('D9: says that a decision will end it without effect, until its process has come to that end', async () => {
      const ending = await aCase(own.db, 'ending');
      await claim(keyOf(ending, 'W-1', { supplierGroup: 'G9' }));
      const seen = async () => (await findDuplicateCandidates(own.db, query({ ...stranger, supplierGroup: 'G9', ...number('W-1') }))).find(({ caseId }) => caseId === ending);
      const decide = (id: string, decision: string, state: 'accepted' | 'refused') => sql(own.db, `insert into decisions (id, entity, case_id, workflow_id, update_name, decision, person, document_hash, decision_hash, envelope, correlation_id, state, settled_at) values (:id, 'DE01', :ending, 'w', 'withdraw', :decision, 'ada', 'h', 'd', 'e', 'c', :state, now())`, { id, ending, decision, state });
      await decide('ends-1', 'withdraw', 'refused');
      await decide('ends-2', 'override', 'accepted');
      expect(await seen()).not.toHaveProperty('endsAs');
      await decide('ends-3', 'withdraw', 'accepted');
      expect(await seen()).toMatchObject({ endsAs: 'withdrawn' });
    });

    it('C2, C4: says how much was credited and is still open', async () => {
      const credit = await aCase(own.db, 'credit');
      await claim(keyOf(credit, 'CN-2', { supplierGroup: 'G9', class: 'credit-note', gross: money('EUR', -1_900n), net: money('EUR', -1_597n) }));
      await inTransaction(own.db, (trx) => linkCases(trx, 'DE01', credit, { otherCase: target, kind: 'credits' }));
      const candidates = await findDuplicateCandidates(own.db, query({ ...stranger, supplierGroup: 'G9' }));
      expect(candidates.find((one) => one.caseId === target)).toMatchObject({ caseId: target, credited: { minor: '1900' }, open: { minor: '10000' }, state: 'pending', supplierGroup: 'G9' });
    });
  });
});

describeWithDatabase('postings', () => {
  const own = useDatabase();
  it('keeps one row a key that moves from unknown to posted and keeps its reference', async () => {
    const caseId = await aCase(own.db, 'posting');
    const posting = { key: 'ap-invoice:DE01:S1:R-1:invoice:post:1', entity: 'DE01', caseId, system: 'erp', kind: 'post' as const, amount: money('EUR', 11_900n) };
    const save = (changes: object) => inTransaction(own.db, (trx) => savePosting(trx, { ...posting, status: 'unknown', ...changes }));
    await save({ detail: { attempt: 1 } });
    await save({ status: 'posted', reference: '5100001', detail: { fiscalYear: '2026' } });
    await save({ status: 'reversed' });
    expect(await postingsOf(own.db, caseId)).toMatchObject([{ ...posting, status: 'reversed', reference: '5100001', detail: { attempt: 1, fiscalYear: '2026' } }]);
  });
});

describeWithDatabase('payments that were refused or came back (P8)', () => {
  const own = useDatabase();
  const item = (caseId: string, runId: string, endToEndId: string, state: string, revision: number) =>
    sql(
      own.db,
      `insert into payment_items (run_id, case_id, entity, revision, end_to_end_id, currency, open_minor, amount_minor, pay_by, detail, state)
       values (:runId, :caseId, 'DE01', :revision, :endToEndId, 'EUR', 100, 100, '2026-12-01', '{}', :state)`,
      { caseId, runId, endToEndId, state, revision },
    );
  const aRun = async (name: string, seq: number) => {
    const runId = await aCase(own.db, name);
    await sql(own.db, `insert into payment_runs (run_id, entity, run_date, next_run_date, slot, seq, payer_account) values (:runId, 'DE01', '2026-12-01', '2026-12-02', :name, :seq, 'main')`, { runId, name, seq });
    return runId;
  };
  const held = async () => (await holdsOf(own.db, 'DE01')).map(({ subjectId, reason }) => [subjectId, reason]);
  const hears = (caseId: string, eventId: string) => inTransaction(own.db, (trx) => keepStep(trx, { caseId, entity: 'DE01', kind: paymentEventStep(eventId), id: eventId }, {}));

  it('hold their documents until those have heard of it; confirmed ones and ended documents are not held', async () => {
    const [first, second] = [await aRun('run-1', 1), await aRun('run-2', 2)];
    const [returned, rejected, confirmed, ended] = [await aCase(own.db, 'returned'), await aCase(own.db, 'rejected'), await aCase(own.db, 'confirmed'), await aCase(own.db, 'ended')];
    await item(returned, first, 'E1', 'returned', 1);
    await item(rejected, first, 'E2', 'rejected', 1);
    await item(confirmed, first, 'E3', 'confirmed', 1);
    await item(ended, first, 'E4', 'returned', 1);
    await sql(own.db, `update cases set closed_at = now() where id = :ended`, { ended });
    const both = [[returned, 'payment-returned'], [rejected, 'payment-rejected']];
    expect(await held()).toEqual(both);

    await hears(returned, paymentEventId({ endToEndId: 'E1', caseId: returned, status: 'confirmed' }));
    expect(await held(), 'heard of its confirmation alone').toEqual(both);
    await hears(returned, paymentEventId({ endToEndId: 'E1', caseId: returned, status: 'returned' }));
    expect(await held()).toEqual(both.slice(1));
    await hears(rejected, paymentEventId({ endToEndId: 'E2', caseId: rejected, status: 'rejected' }));
    expect(await held()).toEqual([]);
    await item(returned, second, 'E5', 'rejected', 2);
    expect(await held(), 'the next attempt failed, too').toEqual([[returned, 'payment-rejected']]);
  });
});
