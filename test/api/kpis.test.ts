import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { openTasks } from '../../db/repositories/approvals.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithDatabase } from '../support/services.ts';
import { conforms, openApi, type ApiHouse } from './house.ts';

/** K2: the figures are recomputed here from the raw rows, in another language and by other means than the queries use. */
const hash = 'a'.repeat(64);
const day = 86_400_000;
const periods = [['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'], ['2026-06-01T00:00:00Z', '2026-07-15T12:30:00Z'], ['2026-07-15T12:30:00Z', '2026-09-01T00:00:00Z']] as const;

interface Row {
  [column: string]: any;
}

describeWithDatabase('key figures', () => {
  let api: ApiHouse;
  let random = 20_261_121;
  const below = (limit: number) => (random = (random * 48_271) % 2_147_483_647) % limit;
  const oneOf = <Value>(...values: Value[]): Value => values[below(values.length)]!;
  const instant = () => new Date(Date.parse('2026-05-15T00:00:00Z') + below(120 * 24 * 3600) * 1000).toISOString();

  beforeAll(async () => void (api = await openApi()));
  afterAll(() => api.dispose());

  const kpis = async (query: string, person = 'david.stein') => {
    const answer = await (await api.as(person)).get(`/v1/kpis${query}`);
    conforms(api.operations, 'getKpis', answer);
    return answer.body as Row;
  };

  it('without a payment there is nothing about payments, not even a zero', async () => {
    await submit(api.db, billed({ lines: [{ quantity: '1', price: '10.00' }] }));
    expect(await kpis('')).not.toHaveProperty('payments');
    expect(await kpis('')).toMatchObject({ duplicatesStopped: [], invoices: { straightThroughRate: null, cycleSecondsP50: null } });
  });

  it('agree with the raw rows, for every period and company', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 60; n += 1) ids.push(await someCase());
    for (const id of ids.slice(0, 40)) await someWork(id);
    const raw = async (table: string): Promise<Row[]> => (await sql<{ row: Row }>(api.db, `select to_jsonb(t) as row from ${table} t`)).map(({ row }) => row);
    const [cases, documents, items, instructions, tasks, exceptions] = await Promise.all(['cases', 'documents', 'payment_items', 'payment_instructions', 'tasks', 'exceptions'].map(raw));
    let withPayments = 0;
    for (const [from, to] of periods)
      for (const entity of [undefined, 'DE01', 'US01']) {
        const mine = (rows: Row[]) => rows.filter((row) => entity === undefined || row.entity === entity);
        const told = await kpis(`?from=${from}&to=${to}${entity === undefined ? '' : `&entity=${entity}`}`);
        const within = (at: string) => Date.parse(at) >= Date.parse(from) && Date.parse(at) < Date.parse(to);
        const accepted = mine(cases!).filter((row) => within(row.created_at) && row.process === 'ap-invoice');
        expect(told.invoices).toEqual(throughputOf(accepted));
        expect(told.duplicatesStopped).toEqual(duplicatesOf(accepted));
        expect(told.payments ?? []).toEqual(paymentsOf(mine(cases!), documents!, items!, instructions!, within));
        expect(sorted(told.approvals.map(({ oldestHours: _, ...load }: Row) => load))).toEqual(sorted(loadOf(mine(tasks!), within)));
        expect(sorted(told.exceptions.map(({ oldestHours: _, ...age }: Row) => age))).toEqual(sorted(ageOf(mine(exceptions!))));
        withPayments += told.payments ? 1 : 0;
      }
    expect(withPayments).toBeGreaterThan(5);
  });

  it('tell of the companies of the caller only', async () => {
    const all = await kpis(`?from=${periods[0][0]}&to=${periods[0][1]}`);
    const [german, american] = await Promise.all(['oskar.lind', 'paul.chen'].map((person) => kpis(`?from=${periods[0][0]}&to=${periods[0][1]}`, person)));
    expect(german!.invoices.accepted + american!.invoices.accepted).toBe(all.invoices.accepted);
    expect(american!.invoices.accepted).toBeGreaterThan(5);
  });

  /** A case with a random life, written over what the intake made. */
  async function someCase(): Promise<string> {
    const { caseId } = await submit(api.db, billed({ lines: [{ quantity: '1', price: `${100 + below(9000)}.${10 + below(89)}` }], currency: oneOf('EUR', 'USD') }));
    const created = instant();
    const posted = oneOf(true, true, false) ? new Date(Date.parse(created) + below(10 * day)).toISOString() : null;
    const paid = posted && oneOf(true, true, false) ? new Date(Date.parse(posted) + below(50 * day)).toISOString() : null;
    const state = paid ? 'paid' : oneOf('running', 'rejected', 'duplicate', 'duplicate');
    const date = (base: string, days: number) => new Date(Date.parse(base) + days * day).toISOString().slice(0, 10);
    const change = { entity: oneOf('DE01', 'US01'), created, posted, paid, state, touched: oneOf(true, false), issued: date(created, -below(20)), due: oneOf<string | null>(null, date(created, below(40)), date(created, below(40))), class: oneOf('invoice', 'invoice', 'invoice', 'credit-note') };
    await sql(api.db, `update cases set entity = :entity, created_at = :created, posted_at = :posted, paid_at = :paid, state = :state, touched_by_people = :touched, issue_date = :issued, due_date = :due, document_class = :class where id = :id`, { ...change, id: caseId });
    const tiers = oneOf<Row[]>([], [{ percent: '2.5', days: 10 }], [{ percent: '1', days: 20 }, { percent: '3', days: 7, base: { currency: 'EUR', minor: String(1000 + below(99_999)) } }]);
    await sql(api.db, `update documents set document = jsonb_set(document, '{payment,discounts}', :tiers) where case_id = :id`, { id: caseId, tiers: JSON.stringify(tiers) });
    if (paid && oneOf(true, false)) await somePayment(caseId, change.entity, date(paid, -below(3)), oneOf('confirmed', 'confirmed', 'returned'));
    return caseId;
  }

  async function somePayment(caseId: string, entity: string, bookedOn: string, state: string): Promise<void> {
    const run = { id: caseId, entity, run: `run-${caseId}`, booked: bookedOn, state, discount: String(below(500)) };
    await sql(api.db, `insert into cases (id, number, entity, process, workflow_id, channel, submitter, correlation_id, document_hash, state, stage, progress, created_at)
      select :run, number + 100000, :entity, 'ap-payment-run', :run, channel, submitter, correlation_id, document_hash, 'running', 'sent', progress, '2026-07-01' from cases where id = :id`, run);
    await sql(api.db, `insert into payment_runs (run_id, entity, run_date, next_run_date, slot, seq, payer_account) select :run, :entity, '2026-07-01', '2026-07-02', :run, number, 'main' from cases where id = :run`, run);
    await sql(api.db, `insert into payment_instructions (run_id, end_to_end_id, entity, group_key, supplier_id, payee_name, account, account_key, currency, amount_minor, execution_date, details, state, booked_on)
      values (:run, :run, :entity, 'g', 's', 'Payee', '{}', 'k', 'EUR', 1, :booked, '{}', :state, :booked)`, run);
    await sql(api.db, `insert into payment_items (run_id, case_id, entity, revision, end_to_end_id, currency, open_minor, discount_minor, amount_minor, pay_by, detail, state)
      values (:run, :id, :entity, 1, :run, 'EUR', 1000, :discount, 1, :booked, '{}', :state)`, run);
  }

  async function someWork(caseId: string): Promise<void> {
    const [{ entity }] = await sql<{ entity: string }>(api.db, `select entity from cases where id = :caseId`, { caseId }) as [{ entity: string }];
    const dueAt = new Date(Date.now() + (below(100) - 50) * 3_600_000).toISOString();
    const common = { entity, case: caseId, workflowId: `ap-invoice/${caseId}`, dueAt };
    await inTransaction(api.db, async (trx) => {
      await openTasks(trx, [{ ...common, id: `t-${caseId}`, kind: 'approval', step: '1', candidateRole: oneOf('team-lead', 'controller', 'cfo'), candidatePersons: [], why: 'why', policyVersion: 'm@1', title: 'Invoice', documentHash: hash, decisionHash: hash, documentVersion: 1 }]);
      await openException(trx, { ...common, id: `x-${caseId}`, origin: 'process', code: oneOf('price-variance', 'quantity-variance'), reasonCode: 'PRI', title: 'T', findings: [], ownerRole: oneOf('buyer', 'ap-clerk') });
    });
    const opened = instant();
    const closed = oneOf(true, true, false) ? new Date(Date.parse(opened) + below(9 * day)).toISOString() : null;
    await sql(api.db, `update tasks set created_at = :opened, level = :level, closed_at = :closed, state = case when :closed::timestamptz is null then 'open' else 'decided' end where id = :id`, { id: `t-${caseId}`, opened, closed, level: below(2) });
    await sql(api.db, `update exceptions set created_at = now() - :hours * interval '1 hour' where id = :id`, { id: `x-${caseId}`, hours: below(240) });
  }
});

function throughputOf(rows: Row[]): Row {
  const posted = rows.filter(({ posted_at }) => posted_at !== null);
  const touchless = posted.filter((row) => !row.touched_by_people).length;
  const seconds = posted.map((row) => (Date.parse(row.posted_at) - Date.parse(row.created_at)) / 1000);
  const inState = (state: string) => rows.filter((row) => row.state === state).length;
  return {
    accepted: rows.length, posted: posted.length, touchless, paid: inState('paid'), rejected: inState('rejected'), duplicates: inState('duplicate'),
    straightThroughRate: posted.length === 0 ? null : near(touchless / posted.length, 4), cycleSecondsP50: quantile(seconds, 0.5, 3), cycleSecondsP90: quantile(seconds, 0.9, 3),
  };
}

function duplicatesOf(rows: Row[]): Row[] {
  return byCurrency(rows.filter((row) => row.state === 'duplicate' && row.document_class === 'invoice')).map(([currency, own]) => ({ count: own.length, amount: { currency, minor: String(own.reduce((sum, row) => sum + BigInt(row.payable_minor), 0n)) } }));
}

function paymentsOf(cases: Row[], documents: Row[], items: Row[], instructions: Row[], within: (at: string) => boolean): Row[] {
  const paid = cases.filter((row) => row.process === 'ap-invoice' && row.document_class === 'invoice' && row.paid_at !== null).map((row) => {
    const item = items.find((one) => one.case_id === row.id && one.state === 'confirmed');
    const booked = instructions.find((one) => item !== undefined && one.run_id === item.run_id)?.booked_on as string | undefined;
    const tiers = documents.find((one) => one.case_id === row.id)!.document.payment.discounts as Row[];
    const offers = tiers.map(({ percent, base }) => rounded(BigInt(base?.minor ?? row.gross_minor) * BigInt(Math.round(Number(percent) * 100)), 10_000n));
    const on = booked ?? new Date(row.paid_at).toISOString().slice(0, 10);
    return { ...row, on, captured: BigInt(item?.discount_minor ?? 0), available: offers.reduce((best, offer) => (offer > best ? offer : best), 0n) } as Row;
  }).filter(({ on }) => within(`${on}T00:00:00Z`));
  return byCurrency(paid).map(([currency, own]) => {
    const sum = (of: (row: Row) => bigint) => String(own.reduce((total, row) => total + of(row), 0n));
    const late = own.filter((row) => row.due_date !== null && row.on > row.due_date).length;
    const weighted = own.reduce((total, row) => total + (Number(row.payable_minor) * (Date.parse(row.on) - Date.parse(row.issue_date))) / day, 0);
    return {
      paid: own.length, amount: { currency, minor: sum((row) => BigInt(row.payable_minor)) }, late, lateRate: near(late / own.length, 4), dpoDays: near(weighted / Number(sum((row) => BigInt(row.payable_minor))), 1),
      discountCaptured: { currency, minor: sum((row) => row.captured) }, discountAvailable: { currency, minor: sum((row) => row.available) },
    };
  });
}

function loadOf(tasks: Row[], within: (at: string) => boolean): Row[] {
  const counted = tasks.filter((row) => row.state === 'open' || within(row.created_at));
  return [...new Set(counted.map((row) => row.candidate_role as string))].map((role) => {
    const own = counted.filter((row) => row.candidate_role === role);
    const open = own.filter((row) => row.state === 'open');
    const hours = own.filter((row) => row.state === 'decided').map((row) => (Date.parse(row.closed_at) - Date.parse(row.created_at)) / 3_600_000);
    return { role, open: open.length, overdue: open.filter((row) => Date.parse(row.due_at) < Date.now()).length, escalated: open.filter((row) => row.level > 0).length, decided: hours.length, hoursToDecisionP50: quantile(hours, 0.5, 3), hoursToDecisionP90: quantile(hours, 0.9, 3) };
  });
}

function ageOf(exceptions: Row[]): Row[] {
  const kinds = [...new Set(exceptions.map((row) => JSON.stringify([row.code, row.owner_role])))].map((kind) => JSON.parse(kind) as [string, string]);
  return kinds.map(([code, ownerRole]) => {
    const own = exceptions.filter((row) => row.code === code && row.owner_role === ownerRole);
    const days = own.map((row) => (Date.now() - Date.parse(row.created_at)) / day);
    const between = (from: number, to: number) => days.filter((age) => age >= from && age < to).length;
    return { code, ownerRole, open: own.length, overdue: own.filter((row) => Date.parse(row.due_at) < Date.now()).length, underOneDay: between(0, 1), oneToThreeDays: between(1, 3), threeToSevenDays: between(3, 7), overSevenDays: between(7, Infinity) };
  });
}

/** Linear between the two nearest ranks. */
function quantile(values: number[], share: number, digits: number): unknown {
  if (values.length === 0) return null;
  const ordered = [...values].sort((a, b) => a - b);
  const at = share * (ordered.length - 1);
  const low = ordered[Math.floor(at)]!;
  return near(low + (ordered[Math.ceil(at)]! - low) * (at - Math.floor(at)), digits);
}

/** Another order of additions may differ in the last digit that is told. */
function near(value: number, digits: number): unknown {
  return expect.closeTo(value, digits - 1);
}

function rounded(value: bigint, by: bigint): bigint {
  return (value + by / 2n) / by;
}

function byCurrency(rows: Row[]): [string, Row[]][] {
  return [...new Set(rows.map((row) => row.currency as string))].sort().map((currency) => [currency, rows.filter((row) => row.currency === currency)]);
}

function sorted(rows: Row[]): Row[] {
  const name = (row: Row) => `${row.role ?? ''}/${row.code ?? ''}/${row.ownerRole ?? ''}`;
  return [...rows].sort((a, b) => name(a).localeCompare(name(b)));
}
