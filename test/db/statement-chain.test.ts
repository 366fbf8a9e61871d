import { beforeAll, expect, it } from 'vitest';
import { applyStatements } from '../../activities/payments/apply-entries.ts';
import type { PaymentParts } from '../../activities/payments/parts.ts';
import { takeBankMessages } from '../../activities/payments/take-bank-messages.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { resolveException } from '../../db/repositories/exceptions.ts';
import { seedSandbox } from '../../db/seed.ts';
import type { BankStatement, StatementEntry } from '../../domain/model/bank-statement.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { readMessage } from '../../workers/wire.ts';
import { describeWithDatabase } from '../support/services.ts';
import { useDatabase } from './fixtures.ts';
import { aPayment, booked, eur, place, stateOf, statementOf } from './payment-fixtures.ts';

describeWithDatabase('SI-3, SI-6: statements beside those that were taken before', () => {
  const own = useDatabase();
  beforeAll(() => seedSandbox(own.db, readSandboxSet(readSettings().home)));

  const day = (at: number) => `2026-10-${String(at).padStart(2, '0')}`;
  /** One statement a day on a test's own account: it is numbered by its day and adds up. */
  const one = (account: string, at: number, opening: number, closing: number, changes: Partial<BankStatement> = {}): BankStatement =>
    statementOf([booked(closing - opening, `${account}-${at}`, { bookingDate: day(at) })], { account, number: String(at), currency: 'EUR', opening: eur(opening), closing: eur(closing), openingDate: day(at), closingDate: day(at), ...changes });
  let messages = 0;
  const take = (statements: BankStatement[], { format = 'camt.053.001.08', advice = false, entity = 'DE01' } = {}) =>
    inTransaction(own.db, (trx) => applyStatements(trx, { ...place(`chain-${(messages += 1)}`), entity }, { format, statements, advice }));
  const cases = async (account: string) =>
    (await sql<{ code: string; state: string; title: string }>(own.db, `select code, state, title from exceptions where title like '%…' || right(:account, 4) || '%' order by number`, { account })).map(({ code, state, title }) => ({ is: `${code} ${state}`, title }));
  const states = async (account: string) => (await cases(account)).map(({ is }) => is);
  const entriesOf = async (account: string) => (await sql<{ reference: string }>(own.db, `select reference from bank_entries where account = :account order by reference`, { account })).map(({ reference }) => reference);

  it('a statement that is missing is a case of the treasurer; what follows it counts, and the case closes when it comes', async () => {
    const payment = await aPayment(own.db, 'beyond-the-hole');
    await take([one('X-A001', 1, 0, 500)]);
    await take([one('X-A001', 3, 700, -300, { entries: [booked(-1000, 'paid', { endToEndId: payment.endToEndId })] })]);
    expect(await stateOf(own.db, payment), 'its entries are applied').toBe('confirmed');
    expect(await cases('X-A001')).toEqual([{ is: 'statement-gap open', title: 'Statement 3 of account …A001 follows 1: what is between them is missing' }]);
    expect(await sql(own.db, `select owner_role as owner, due_at as due, origin, case_id as "caseId" from exceptions where code = 'statement-gap'`)).toEqual([{ owner: 'treasurer', due: place('x').dueAt, origin: 'payment', caseId: null }]);
    await take([one('X-A001', 2, 500, 700)]);
    expect(await states('X-A001')).toEqual(['statement-gap resolved']);
    expect(await sql(own.db, `select resolution, resolved_by as by from exceptions where code = 'statement-gap'`)).toEqual([{ resolution: 'no-longer-found', by: 'system:payments' }]);
  });

  it('statements in any order end without an open case', async () => {
    const chain = [0, 1, 2, 3, 4].map((at) => [at + 1, at * 10, at * 10 + 10] as const);
    const orders = [[4, 3, 2, 1, 0], [0, 2, 4, 1, 3], [2, 4, 0, 3, 1], [1, 0, 4, 3, 2], [3, 0, 1, 4, 2]];
    for (const [index, order] of orders.entries()) {
      for (const at of order) await take([one(`X-B1${index}0`, ...chain[at]!)]);
      expect((await states(`X-B1${index}0`)).filter((state) => state.endsWith('open')), order.join()).toEqual([]);
    }
    await take([4, 2, 0, 1, 3].map((at) => one('X-B200', ...chain[at]!)));
    expect((await states('X-B200')).filter((state) => state.endsWith('open')), 'in one message').toEqual([]);
    await Promise.all([0, 2, 1, 4, 3].map((at) => take([one('X-B300', ...chain[at]!)])));
    expect((await states('X-B300')).filter((state) => state.endsWith('open')), 'at the same time').toEqual([]);
  });

  it('statements without numbers are held together by their balances', async () => {
    const bare = (at: number, opening: number, closing: number) => one('X-C001', at, opening, closing, { number: `MSG-${at}-${opening}` });
    await take([bare(1, 0, 10)]);
    await take([bare(3, 30, 40)]);
    expect(await cases('X-C001')).toEqual([{ is: 'statement-gap open', title: 'Statement MSG-3-30 of account …C001 opens with 0.30 EUR, and the one before it closed with 0.10 EUR' }]);
    await take([bare(2, 20, 30)]);
    await take([bare(2, 10, 20)]);
    expect((await states('X-C001')).filter((state) => state.endsWith('open'))).toEqual([]);
  });

  it('what has no place among statements does not count: reports of the day, advices, another account, company, currency or format', async () => {
    await take([one('X-D001', 1, 0, 10)]);
    await take([one('X-D001', 5, 70, 80)], { format: 'camt.052.001.08', advice: true });
    await take([one('X-D001', 5, 70, 80)], { format: 'mt942', advice: true });
    await take([one('X-D001', 9, 70, 80)], { format: 'mt940' });
    await take([one('X-D001', 9, 70, 80, { currency: 'USD', opening: { currency: 'USD', minor: '70' }, closing: { currency: 'USD', minor: '80' } })]);
    await take([one('X-D001', 9, 70, 80)], { entity: 'US01' });
    await take([one('X-D002', 9, 70, 80)]);
    await take([statementOf([], { account: 'X-D001', number: '8' })]);
    expect([...(await states('X-D001')), ...(await states('X-D002'))]).toEqual([]);
    await take([one('X-D 001', 2, 10, 20)], { format: 'camt.053.001.10' });
    await take([one('X-D001', 3, 20, 30)], { format: 'camt.053.001.10' });
    expect(await states('X-D001'), 'the next version of the format goes on with them').toEqual([]);
  });

  it('the same statement again has no effect; with other content it is a conflict of which nothing counts', async () => {
    await take([one('X-E001', 1, 0, 10)]);
    await take([one('X-E001', 2, 10, 20)]);
    expect(await take([one('X-E001', 2, 10, 20)])).toBeUndefined();
    expect([await states('X-E001'), await entriesOf('X-E001')]).toEqual([[], ['X-E001-1', 'X-E001-2']]);
    const other: StatementEntry[] = [booked(4, 'other-1'), booked(6, 'other-2')];
    expect(await take([one('X-E001', 2, 10, 20, { entries: other })])).toMatchObject({ code: 'statement-conflict', message: expect.not.stringContaining('X-E001') as string });
    expect([await states('X-E001'), await entriesOf('X-E001')]).toEqual([['statement-conflict open'], ['X-E001-1', 'X-E001-2']]);
    await take([one('X-E001', 3, 20, 30)]);
    expect(await states('X-E001'), 'the first one stands').toEqual(['statement-conflict open']);
  });

  it('one that does not add up holds its place; the correct one takes it, and closes what asked for it', async () => {
    const broken = (changes: Partial<BankStatement> = {}) => one('X-F001', 2, 10, 20, { entries: [], findings: [{ code: 'unbalanced', message: 'It does not add up.' }], ...changes });
    await take([one('X-F001', 1, 0, 10)]);
    expect(await take([broken()])).toMatchObject({ code: 'statement-unbalanced' });
    await take([one('X-F001', 3, 20, 30)]);
    expect(await states('X-F001'), 'nothing is missing beside what does not add up').toEqual(['statement-unbalanced open']);
    await take([broken({ closing: eur(25) })]);
    expect(await states('X-F001')).toEqual(['statement-unbalanced open', 'statement-unbalanced open']);
    await take([one('X-F001', 2, 10, 20)]);
    expect([await states('X-F001'), await entriesOf('X-F001')]).toEqual([['statement-unbalanced resolved', 'statement-unbalanced resolved'], ['X-F001-1', 'X-F001-2', 'X-F001-3']]);
    expect(await take([one('X-F001', 2, 10, 20, { entries: [booked(10, 'again')] })])).toMatchObject({ code: 'statement-conflict' });
  });

  it('what a person has settled stays settled until something else is missing', async () => {
    await take([one('X-G001', 1, 0, 10, { entries: [], findings: [{ code: 'unbalanced', message: 'It does not add up.' }] })]);
    await take([one('X-G001', 6, 60, 70)]);
    const [{ id } = { id: '' }] = await sql<{ id: string }>(own.db, `select id from exceptions where title like '%…G001 follows 1:%'`);
    await inTransaction(own.db, (trx) => resolveException(trx, id, { resolution: 'retry', by: 'vera.noll' }));
    await take([one('X-G001', 7, 70, 80)]);
    await take([one('X-G001', 6, 60, 70)]);
    await take([one('X-G001', 1, 0, 10)]);
    expect(await states('X-G001'), 'looked at again').toEqual(['statement-unbalanced resolved', 'statement-gap resolved']);
    await take([one('X-G001', 3, 30, 40)]);
    expect((await cases('X-G001')).map(({ is, title }) => [is, title.slice(0, 11), title.includes('follows 3')])).toEqual([['statement-unbalanced resolved', 'Statement 1', false], ['statement-gap open', 'Statement 6', true], ['statement-gap open', 'Statement 3', false]]);
    for (const [at, opening] of [[2, 10], [4, 40], [5, 50]] as const) await take([one('X-G001', at, opening, opening === 10 ? 30 : opening + 10)]);
    expect(await states('X-G001')).toEqual(['statement-unbalanced resolved', 'statement-gap resolved', 'statement-gap resolved']);
  });

  it('the message of a statement that cannot be counted on, or in part not read, is quarantined with its reason; the rest of it counts', async () => {
    const camt = (...statements: string[]) => `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-10-05T20:00:00Z</CreDtTm></GrpHdr>${statements.join('')}</BkToCstmrStmt></Document>`;
    const balance = (code: string, amount: string) => `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-10-05</Dt></Dt></Bal>`;
    const statement = (account: string, closing: string, reference: string, amount = '5.00') =>
      `<Stmt><Id>S</Id><ElctrncSeqNb>1</ElctrncSeqNb><Acct><Id><Othr><Id>${account}</Id></Othr></Id><Ccy>EUR</Ccy></Acct>${balance('OPBD', '0.00')}${balance('CLBD', closing)}<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-10-05</Dt></BookgDt><AcctSvcrRef>${reference}</AcctSvcrRef></Ntry></Stmt>`;
    const sent = [
      camt(statement('H-0001', '5.00', 'sound')),
      camt(statement('H-0002', '6.00', 'lost'), statement('H-0003', '5.00', 'beside')),
      camt(statement('H-0004', '5.00', 'read'), statement('H-0005', '5.00', 'unread', '5.001')),
      camt(statement('H-0001', '7.00', 'contradicts', '7.00')),
      'Dear customer',
    ];
    const all = sent.map((text, at) => ({ id: `Q-${at + 1}`, kind: 'camt.053', text }));
    const port = { fetchMessages: async (cursor: string | undefined) => ({ messages: all.slice(Number(cursor ?? 0)), cursor: String(all.length) }) };
    await takeBankMessages({ db: own.db, now: () => new Date(), readMessage, bankOf: () => ({ port }) } as unknown as PaymentParts, { entity: 'DE01' }, () => undefined);
    const taken = await sql(own.db, `select id, state, problem ->> 'code' as problem from bank_messages where id like 'Q-%' order by id`);
    expect(taken).toEqual([
      { id: 'Q-1', state: 'taken', problem: null },
      { id: 'Q-2', state: 'quarantined', problem: 'statement-unbalanced' },
      { id: 'Q-3', state: 'quarantined', problem: 'statement-amount-too-precise' },
      { id: 'Q-4', state: 'quarantined', problem: 'statement-conflict' },
      { id: 'Q-5', state: 'quarantined', problem: 'statement-format-unknown' },
    ]);
    expect((await sql<{ reference: string }>(own.db, `select reference from bank_entries where message_id like 'Q-%' order by reference`)).map(({ reference }) => reference)).toEqual(['beside', 'read', 'sound']);
    expect((await sql<{ count: number }>(own.db, `select count(*)::int as count from exceptions where source ->> 'messageId' like 'Q-%' and state = 'open' and owner_role = 'treasurer'`))[0]!.count, 'each with a case').toBe(4);
  });
});
