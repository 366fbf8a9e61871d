import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../../temporal-config/settings.ts';
import { bankRoutes } from '../../../sandbox/bank/routes.ts';
import { creditor, dollar, euro, openedBank, pain001, valuesOf, type OpenedBank } from './opened.ts';

describe('the days of the sandbox bank', () => {
  let open: OpenedBank;
  beforeEach(() => void (open = openedBank()));
  afterEach(() => open.dispose());

  const advance = (to: string) => open.bank.advance(Date.parse(to));
  const kinds = (account = euro.number) => open.messages().filter((message) => message.account === account).map(({ kind }) => kind);

  it.each([
    ['on its day', '2026-10-01T09:00:00Z', '2026-10-02', '2026-10-02'],
    ['at once when the day is today', '2026-10-01T09:00:00Z', '2026-10-01', '2026-10-01'],
    ['at once when the day is past', '2026-10-01T09:00:00Z', '2026-09-01', '2026-10-01'],
    ['a day later after the cut-off', '2026-10-01T15:00:00Z', '2026-10-01', '2026-10-02'],
    ['on Monday when the day is a Saturday', '2026-10-01T09:00:00Z', '2026-10-03', '2026-10-05'],
    ['on Monday when it came on Friday evening', '2026-10-02T18:00:00Z', '2026-10-02', '2026-10-05'],
    ['after Christmas', '2026-12-24T09:00:00Z', '2026-12-25', '2026-12-28'],
  ])('books a payment %s', (_, received, date, booked) => {
    open.dispose();
    open = openedBank(received);
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }], { date }));
    advance('2026-12-31T00:00:00Z');
    expect(open.ledger().payments).toMatchObject([{ state: 'booked', bookedOn: booked }]);
  });

  it('follows real time until it is moved, then keeps its lead', () => {
    open.setTime('2026-10-01T10:00:00Z');
    expect(new Date(open.bank.now()).toISOString()).toBe('2026-10-01T10:00:00.000Z');
    advance('2026-10-05T00:00:00Z');
    open.setTime('2026-10-01T10:30:00Z');
    expect(new Date(open.bank.now()).toISOString()).toBe('2026-10-05T00:30:00.000Z');
    expect(() => advance('2026-10-04T00:00:00Z')).toThrow(/does not go back/);
  });

  it('needs no timer: whoever asks finds done what real time has brought', () => {
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }], { date: '2026-10-02' }));
    open.setTime('2026-10-05T08:00:00Z');
    const read = bankRoutes(open.bank).find(({ name }) => name === 'bank.messages.read');
    const answer = read?.handle({ params: {}, query: new URLSearchParams({ account: euro.number }), headers: {}, body: undefined });
    expect((answer?.body as { items: { kind: string }[] }).items.map(({ kind }) => kind)).toEqual(['pain.002', 'camt.053', 'camt.054', 'camt.053']);
  });

  it('pages through its messages without losing one, whatever the filter', () => {
    for (const id of ['E-1', 'E-2', 'E-3']) open.send(pain001(`M-${id}`, [{ id, amount: '10.00' }], { date: '2026-10-01' }));
    advance('2026-10-06T00:00:00Z');
    const read = bankRoutes(open.bank).find(({ name }) => name === 'bank.messages.read');
    for (const account of [undefined, euro.number, dollar.number]) {
      const found: string[] = [];
      for (let after = '0'; ; ) {
        const { items, next } = read?.handle({ params: {}, query: new URLSearchParams({ after, limit: '2', ...(account ? { account } : {}) }), headers: {}, body: undefined }).body as { items: { id: string }[]; next: string };
        if (items.length === 0) break;
        found.push(...items.map(({ id }) => id));
        after = next;
      }
      expect(found).toEqual(open.messages().filter((message) => account === undefined || message.account === account).map(({ id }) => id));
    }
  });

  it('a connection of one account takes files for it alone and tells nothing of others', () => {
    const [post, find, read] = ['files.post', 'files.find', 'messages.read'].map((name) => bankRoutes(open.bank).find((route) => route.name === `bank.${name}` && route.path.includes(':account'))!);
    const ask = (route: typeof post, account: string, query: Record<string, string> = {}, body?: string) => route!.handle({ params: { account }, query: new URLSearchParams(query), headers: { 'x-message-id': 'M-1' }, body }).body;
    const text = pain001('M-1', [{ id: 'E-1', amount: '10.00' }]);
    expect(() => ask(post, dollar.number, {}, text)).toThrow(/another account/);
    expect(ask(post, euro.number, {}, text)).toEqual({ reference: 'FILE-000001' });
    expect(ask(find, dollar.number, { messageId: 'M-1' })).toMatchObject({ items: [{ refused: { code: 'AC02' } }] });
    expect(ask(find, euro.number, { messageId: 'M-1' })).toMatchObject({ items: [{ reference: 'FILE-000001' }] });
    advance('2026-10-03T00:00:00Z');
    const told = (account: string) => (ask(read, account) as { items: { kind: string }[] }).items.map(({ kind }) => kind);
    expect([told(euro.number), told(dollar.number)]).toEqual([['pain.002', 'camt.053', 'camt.054', 'camt.053'], ['pain.002', 'camt.053', 'camt.053']]);
  });

  it('sends a statement a bank day and account, numbered, each opening with the last closing balance', () => {
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }], { date: '2026-10-02' }));
    advance('2026-10-06T00:00:00Z');
    const statements = open.messages('camt.053').filter(({ account }) => account === euro.number).map(({ text }) => [valuesOf(text, 'ElctrncSeqNb')[0], valuesOf(text, 'Dt')[0], ...valuesOf(text, 'Amt').slice(0, 2)]);
    expect(statements).toEqual([['1', '2026-10-01', '10000.00', '10000.00'], ['2', '2026-10-02', '10000.00', '9990.00'], ['3', '2026-10-05', '9990.00', '9990.00']]);
    expect(open.messages('camt.053').filter(({ account }) => account === dollar.number)).toHaveLength(3);
  });

  it('returns money after bank days with its reason, once', () => {
    open.behave({ kind: 'return', creditorAccount: creditor, afterDays: 2, reason: 'MD07', times: 1 });
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }, { id: 'E-2', amount: '20.00' }]));
    advance('2026-10-06T00:00:00Z');
    expect(open.ledger().payments.map(({ state, returnedOn, reason }) => [state, returnedOn, reason])).toEqual([['returned', '2026-10-06', 'MD07'], ['booked', undefined, undefined]]);
    expect(kinds()).toEqual(['pain.002', 'camt.053', 'camt.054', 'camt.053', 'camt.053', 'pacs.004', 'camt.054']);
    expect(open.ledger().accounts[0]?.balance.minor).toBe('998000');
  });

  it('never returns a payment twice, nor one that was not booked', () => {
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }], { date: '2026-10-01' }));
    open.send(pain001('M-2', [{ id: 'E-2', amount: '10.00' }], { date: '2026-10-02' }));
    const payments = open.ledger().payments.map(({ no }) => no);
    for (let n = 0; n < 2; n += 1) open.bank.order([{ at: open.bank.now(), due: { kind: 'return', payments, reason: 'AC04' } }]);
    expect(open.ledger().payments.map(({ state }) => state)).toEqual(['returned', 'accepted']);
    expect(open.ledger().accounts[0]?.balance.minor).toBe('1000000');
  });

  it('rejects on the day of settlement with a report of its own', () => {
    open.behave({ kind: 'reject', endToEndId: 'E-2', reason: 'AC04', when: 'settlement' });
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }, { id: 'E-2', amount: '20.00' }]));
    advance('2026-10-02T00:00:00Z');
    const reports = open.messages('pain.002').map(({ text }) => [valuesOf(text, 'GrpSts'), valuesOf(text, 'OrgnlEndToEndId'), valuesOf(text, 'TxSts')]);
    expect(reports).toEqual([[['ACCP'], ['E-1', 'E-2'], ['ACCP', 'ACCP']], [[], ['E-2'], ['RJCT']]]);
    expect(open.ledger().accounts[0]).toMatchObject({ balance: { minor: '999000' }, reserved: { minor: '0' } });
  });

  it('leaves an entry out of the statement while the balance stays true', () => {
    open.behave({ kind: 'omit-from-statement', endToEndId: 'E-2' });
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }, { id: 'E-2', amount: '20.00' }]));
    advance('2026-10-03T00:00:00Z');
    const statement = open.messages('camt.053').findLast(({ account }) => account === euro.number)!.text;
    expect(valuesOf(statement, 'EndToEndId')).toEqual(['E-1']);
    expect(valuesOf(statement, 'Amt').slice(0, 2)).toEqual(['10000.00', '9970.00']);
    expect(valuesOf(open.messages('camt.054')[0]!.text, 'EndToEndId')).toEqual(['E-1', 'E-2']);
  });

  it('is silent, late, or says things several times', () => {
    open.behave({ kind: 'silent', times: 1 });
    open.send(pain001('M-1', [{ id: 'E-1', amount: '1.00' }]));
    expect(kinds()).toEqual([]);

    open.behave({ kind: 'late', messages: 'pain.002', minutes: 24 * 60, times: 1 });
    open.send(pain001('M-2', [{ id: 'E-2', amount: '1.00' }]));
    open.behave({ kind: 'repeat', messages: 'pain.002', copies: 2, id: 'same', times: 1 });
    open.send(pain001('M-3', [{ id: 'E-3', amount: '1.00' }]));
    open.behave({ kind: 'repeat', messages: 'pain.002', copies: 1, id: 'new', times: 1 });
    open.send(pain001('M-4', [{ id: 'E-4', amount: '1.00' }]));
    advance('2026-10-02T12:00:00Z');
    const reports = open.messages('pain.002').map(({ id, text }) => [valuesOf(text, 'OrgnlMsgId')[0], id]);
    // The late one has the smallest number and comes last, after its debit was booked.
    expect(reports).toEqual([['M-3', 'MSG-00000002'], ['M-3', 'MSG-00000002'], ['M-3', 'MSG-00000002'], ['M-4', 'MSG-00000003'], ['M-4', 'MSG-00000004'], ['M-2', 'MSG-00000001']]);
    expect(kinds().indexOf('camt.054')).toBeLessThan(kinds().lastIndexOf('pain.002'));
  });

  it.each([[true, ['E-1', 'E-2']], [false, []]])('books a batch as one entry (details: %s)', (details, ids) => {
    open.behave({ kind: 'batch-booking', details });
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }, { id: 'E-2', amount: '20.00' }]));
    advance('2026-10-02T00:00:00Z');
    const [told] = open.messages('camt.054');
    expect([valuesOf(told!.text, 'AcctSvcrRef')[0], valuesOf(told!.text, 'TtlAmt'), valuesOf(told!.text, 'NbOfTxs'), valuesOf(told!.text, 'EndToEndId')]).toEqual(['BK-0000001', ['30.00'], ['2'], ids]);
  });

  it('with auto-advance moves its own clock to the day of payment, books, and sends the statement at once', () => {
    open.behave({ kind: 'auto-advance', afterMs: 2_000 });
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }], { date: '2026-10-06' }));
    open.setTime('2026-10-01T09:00:01.900Z');
    expect(kinds()).toEqual(['pain.002']);
    open.setTime('2026-10-01T09:00:02Z');
    expect(kinds().slice(-2)).toEqual(['camt.054', 'camt.053']);
    expect(open.ledger()).toMatchObject({ clock: '2026-10-06T00:00:00.000Z', payments: [{ bookedOn: '2026-10-06' }] });
    // The statement at the end of that day is empty and goes on from it.
    advance('2026-10-07T00:00:00Z');
    const last = open.messages('camt.053').findLast(({ account }) => account === euro.number)!.text;
    expect([valuesOf(last, 'Amt'), valuesOf(last, 'EndToEndId')]).toEqual([['9990.00', '9990.00'], []]);
  });

  it('is the same after a crash, to the byte of every message, and goes on', () => {
    open.behave({ kind: 'return', creditorAccount: creditor, afterDays: 1, reason: 'AC04', times: 1 });
    open.behave({ kind: 'late', messages: 'pacs.004', minutes: 60 });
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }, { id: 'E-2', amount: '20.00' }]));
    advance('2026-10-05T00:30:00Z');
    const before = [open.ledger(), open.messages(), open.bank.state.rules, open.bank.state.tasks];
    open.reopen();
    expect([open.ledger(), open.messages(), open.bank.state.rules, open.bank.state.tasks]).toEqual(before);
    advance('2026-10-06T00:00:00Z');
    expect(kinds()).toContain('pacs.004');
    expect(open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }]))).toBe('DUPL');
  });

  const schemas = join(readSettings().testDataDir, 'bank', 'xsd', 'camt');
  it.skipIf(!existsSync(readSettings().testDataDir))('writes camt.053 and camt.054 that their schemas accept (needs: the folder of test data)', () => {
    open.behave({ kind: 'return', endToEndId: 'E-1', afterDays: 0, reason: 'AC04' });
    open.behave({ kind: 'batch-booking', details: true, times: 1 });
    open.send(pain001('M-1', [{ id: 'E-1', amount: '10.00' }, { id: 'E-2', amount: '20.00' }]));
    open.bank.order([{ at: open.bank.now(), due: { kind: 'credit', account: dollar.number, amount: { currency: 'USD', minor: '12345' }, credit: { debtor: { name: '<Kunde> & "Co"', account: '555' }, remittance: 'INV 1', reference: 'RF18539007547034' } } }]);
    advance('2026-10-06T00:00:00Z');
    let checked = 0;
    for (const kind of ['camt.053', 'camt.054']) {
      const validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(join(schemas, `${kind}.001.08.xsd`))));
      for (const { text } of open.messages(kind)) {
        const message = XmlDocument.fromString(text);
        validator.validate(message);
        message.dispose();
        checked += 1;
      }
      const broken = XmlDocument.fromString(open.messages(kind)[0]!.text.replace('<CdtDbtInd>CRDT</CdtDbtInd>', ''));
      expect(() => validator.validate(broken)).toThrow();
      validator.dispose();
    }
    expect(checked).toBeGreaterThan(8);
  });

  it('keeps its books: balance = opening + bookings, and nothing is promised that is settled, after any sequence', () => {
    const action = fc.oneof(
      fc.record({ do: fc.constant('file' as const), cents: fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 4 }), day: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ do: fc.constant('day' as const) }),
      fc.record({ do: fc.constant('crash' as const) }),
      fc.record({ do: fc.constant('rule' as const), rule: fc.constantFrom({ kind: 'reject', reason: 'AC04', times: 1 }, { kind: 'reject', reason: 'AC06', when: 'settlement', times: 1 }, { kind: 'return', afterDays: 1, times: 2 }, { kind: 'batch-booking', times: 1 }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 14 }), (actions) => {
        const own = openedBank();
        try {
          actions.forEach((step, index) => {
            if (step.do === 'file') own.send(pain001(`M-${index}`, step.cents.map((cents, at) => ({ id: `E-${index}-${at}`, amount: (cents / 100).toFixed(2) })), { date: `2026-10-0${step.day}` }));
            else if (step.do === 'day') own.bank.advance(own.bank.now() + 86_400_000);
            else if (step.do === 'crash') own.reopen();
            else own.behave(step.rule);
          });
          own.bank.advance(Date.parse('2026-11-20T00:00:00Z'));
          const { accounts, bookings, payments } = own.ledger();
          const sum = (minors: string[]) => minors.reduce((total, minor) => total + BigInt(minor), 0n);
          expect(BigInt(accounts[0]!.balance.minor)).toBe(1_000_000n + sum(bookings.map(({ amount }) => amount.minor)));
          expect(accounts[0]!.reserved.minor).toBe('0');
          expect(accounts[0]!.balance.minor).not.toMatch(/^-/);
          expect(sum(bookings.map(({ amount }) => amount.minor))).toBe(-sum(payments.filter(({ state }) => state === 'booked').map(({ amount }) => amount.minor)));
          expect(payments.filter(({ state }) => state === 'accepted')).toEqual([]);
        } finally {
          own.dispose();
        }
      }),
      { numRuns: 40 },
    );
  });
});
