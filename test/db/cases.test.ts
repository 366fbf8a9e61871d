import { expect, it } from 'vitest';
import { inTransaction } from '../../db/client.ts';
import { keepFacts, latestAssessment, addOverride, overridesOf, readFacts } from '../../db/repositories/assessments.ts';
import { casesOfOrders, countCases, linkCases, linksOf, listCases, lockCase, readCase, saveCase, type CaseChange, type CaseFilter, type CaseOrder } from '../../db/repositories/cases.ts';
import { readCorrections, readDocument, saveCorrections } from '../../db/repositories/documents.ts';
import { savePosting } from '../../db/repositories/postings.ts';
import { applyTransition, initialProgress } from '../../domain/rules/progress.ts';
import { describeWithDatabase } from '../support/services.ts';
import { aCase, anInvoice, atOnce, useDatabase } from './fixtures.ts';

const at = '2026-11-21T09:00:00.000Z';

describeWithDatabase('cases: read model and lists', () => {
  const own = useDatabase();
  const change = (id: string, changes: Partial<CaseChange>) => inTransaction(own.db, (trx) => saveCase(trx, id, { progress: initialProgress('c', 'v'), ...changes }));

  async function walk(filter: CaseFilter, order: CaseOrder, limit: number, meanwhile: () => Promise<unknown>): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listCases(own.db, filter, { order, limit, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
      await meanwhile();
    } while (cursor);
    return seen;
  }

  it.each<CaseOrder>(['newest', 'due', 'amount'])('pages by %s: every earlier case once, however many arrive meanwhile', async (order) => {
    const entity = { newest: 'AA01', due: 'BB01', amount: 'CC01' }[order];
    const cases: string[] = [];
    for (let index = 0; index < 11; index += 1) {
      const { dueDate: _due, ...undated } = anInvoice(`${index}`);
      cases.push(await aCase(own.db, `${order}-${index}`, { entity, invoice: index % 3 ? anInvoice(`${index}`, { dueDate: `2026-12-0${1 + (index % 4)}` }) : undated }));
      if (index % 2) await change(cases[index] ?? '', { payable: { currency: 'EUR', minor: `${1000 * (index % 3)}` } });
    }
    let arrivals = 0;
    const seen = await walk({ entities: [entity] }, order, 3, () => aCase(own.db, `${order}-late-${(arrivals += 1)}`, { entity }));
    expect(new Set(seen).size).toBe(seen.length);
    expect(cases.filter((id) => !seen.includes(id))).toEqual([]);
    if (order === 'newest') expect(seen).toEqual([...cases].reverse());
  });

  it('refuses a cursor that it did not give out', async () => {
    await expect(listCases(own.db, {}, { limit: 2, cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject({ code: 'request-invalid', place: { path: 'cursor' } });
  });

  it('derives the columns from the progress, keeps first milestones, and raises the revision', async () => {
    const id = await aCase(own.db, 'derived');
    const waiting = [
      { kind: 'assessed', at, disposition: 'exception', documentHash: 'd', findings: [], policyVersions: { tolerances: 'standard@1' } },
      { kind: 'exception-opened', at, exceptionId: 'x1', code: 'price-variance', owner: 'buyer' },
      {
        kind: 'awaiting',
        at,
        stage: 'awaiting-people',
        awaiting: [
          { what: 'exception', subject: 'x1', role: 'buyer', person: 'bob', since: at, dueAt: '2026-11-24T09:00:00.000Z' },
          { what: 'approval', subject: 't1', role: 'controller', since: at, dueAt: '2026-11-23T09:00:00.000Z' },
        ],
      },
    ] as const;
    const progress = waiting.reduce((value, transition) => applyTransition(value, transition as never), initialProgress('c', 'v'));
    expect(await change(id, { progress, supplierId: 'S1', milestones: ['matched'], touched: true })).toBe(1);
    const first = await readCase(own.db, id);
    expect(first?.progress).toEqual(progress);
    expect(first?.case).toMatchObject({ stage: 'awaiting-people', awaitingRoles: ['buyer', 'controller'], exceptionCodes: ['price-variance'], owner: 'bob', dueAt: '2026-11-23T09:00:00.000Z', supplierId: 'S1', revision: 1 });
    expect(await change(id, { milestones: ['matched', 'posted', 'closed'], outcome: 'paid' })).toBe(2);
    const second = await readCase(own.db, id);
    expect(second?.case).toMatchObject({ matchedAt: first?.case.matchedAt, outcome: 'paid', supplierId: 'S1', awaitingRoles: [], exceptionCodes: [] });
    expect(second?.case.closedAt).toBeDefined();
    expect(second?.case.owner).toBeUndefined();
  });

  it('finds by every filter and counts the same', async () => {
    const id = await aCase(own.db, 'filtered', { entity: 'DD01' });
    await aCase(own.db, 'unfiltered', { entity: 'DD01', invoice: anInvoice('other') });
    const progress = applyTransition(initialProgress('c', 'v'), { kind: 'awaiting', at, stage: 'awaiting-people', awaiting: [{ what: 'approval', subject: 't', role: 'cfo', since: at }] });
    await change(id, { progress, supplierId: 'S7' });
    const filters: CaseFilter[] = [
      { supplierId: 'S7' }, { documentNumber: 'filtered' }, { correlationId: 'corr-filtered' }, { awaitingRole: 'cfo' }, { stage: 'awaiting-people', entities: ['DD01'] },
      { entities: ['DD01'], states: ['running'], stage: 'awaiting-people', process: 'ap-invoice', open: true, acceptedFrom: '2020-01-01T00:00:00.000Z', acceptedBefore: '2999-01-01T00:00:00.000Z' },
    ];
    for (const filter of filters) expect([filter, (await listCases(own.db, filter, { limit: 5 })).items.map((item) => item.id)]).toEqual([filter, [id]]);
    expect((await listCases(own.db, { entities: ['DD01'], acceptedBefore: '2020-01-01T00:00:00.000Z' }, { limit: 5 })).items).toEqual([]);
    expect(await countCases(own.db, { entities: ['DD01'] })).toEqual([{ state: 'running', stage: 'awaiting-people', count: 1 }, { state: 'running', stage: 'received', count: 1 }]);
  });

  it('lets record activities of one case wait for each other', async () => {
    const id = await aCase(own.db, 'locked');
    await atOnce(10, () =>
      inTransaction(own.db, async (trx) => {
        const found = await lockCase(trx, id);
        const decisions = [...(found?.progress.decisions ?? []), { by: 'p', decision: 'approve', at, documentHash: 'd', policyVersion: 'v' }];
        await saveCase(trx, id, { progress: { ...(found?.progress ?? initialProgress('c', 'v')), decisions } });
      }),
    );
    expect((await readCase(own.db, id))?.progress.decisions).toHaveLength(10);
  });

  it('knows whom a receipt is to be told to, and how cases belong together', async () => {
    const [one, two, done] = [await aCase(own.db, 'order-1', { entity: 'EE01' }), await aCase(own.db, 'order-2', { entity: 'EE01' }), await aCase(own.db, 'order-3', { entity: 'EE01' })];
    await change(two, { orderNumbers: ['PO-9', 'PO-8'] });
    await change(done, { milestones: ['closed'] });
    expect((await casesOfOrders(own.db, 'EE01', ['4500001'])).map(({ id }) => id)).toEqual([one]);
    expect((await casesOfOrders(own.db, 'EE01', ['PO-8', 'PO-1'])).map(({ id }) => id)).toEqual([two]);
    const posting = (status: 'posted' | 'reversed', key = 'k:1') => inTransaction(own.db, (trx) => savePosting(trx, { key, entity: 'EE01', caseId: one, system: 'erp', kind: 'post', status }));
    const told = async () => (await casesOfOrders(own.db, 'EE01', ['4500001'])).map(({ id }) => id);
    await change(one, { milestones: ['posted'] });
    await posting('posted');
    expect(await told(), 'it stands posted').toEqual([]);
    await change(one, { onHold: true });
    expect(await told(), 'blocked for payment').toEqual([one]);
    await change(one, { onHold: false });
    await posting('reversed');
    expect(await told(), 'its posting was reversed').toEqual([one]);
    await posting('posted', 'k:2');
    expect(await told(), 'posted anew').toEqual([]);
    await inTransaction(own.db, (trx) => linkCases(trx, 'EE01', two, { otherCase: one, kind: 'duplicate-of' }));
    expect(await linksOf(own.db, one)).toEqual([{ otherCase: two, kind: 'duplicate-of', incoming: true }]);
    expect(await linksOf(own.db, two)).toEqual([{ otherCase: one, kind: 'duplicate-of', incoming: false }]);
  });

  it('reads a document that an earlier version took in with a date and a number that are refused by now', async () => {
    const invoice = anInvoice('9'.repeat(300), { dueDate: '0001-01-01', delivery: { date: '0001-01-01' } });
    const caseId = await aCase(own.db, 'unbounded', { invoice });
    expect((await readDocument(own.db, caseId))?.invoice).toEqual(invoice);
    expect((await readCase(own.db, caseId))?.case).toMatchObject({ dueDate: '0001-01-01', documentNumber: '9'.repeat(300) });
  });

  it('keeps a document by its version, its corrections, facts and overrides', async () => {
    const caseId = await aCase(own.db, 'versions');
    const stored = await readDocument(own.db, caseId);
    if (!stored) throw new Error('no document');
    expect((await readDocument(own.db, caseId, 1))?.documentHash).toBe(stored.documentHash);
    expect(await readDocument(own.db, caseId, 2)).toBeUndefined();
    await inTransaction(own.db, (trx) => saveCorrections(trx, caseId, { supplierId: 'S2', lines: [{ line: '1', account: '4900' }], by: ['ada'] }));
    expect(await readCorrections(own.db, caseId)).toEqual({ supplierId: 'S2', lines: [{ line: '1', account: '4900' }], by: ['ada'] });
    await keepFacts(own.db, { id: `${caseId}-f1`, entity: 'DE01', caseId, documentVersion: 1, facts: { orders: [] } });
    expect(await readFacts(own.db, `${caseId}-f1`)).toMatchObject({ facts: { orders: [] }, documentVersion: 1 });
    const override = { findingCode: 'price-variance' as const, scope: 'line:1', fingerprint: 'p', by: 'bob', role: 'head-of-purchasing', reason: 'agreed', at };
    await inTransaction(own.db, (trx) => addOverride(trx, { entity: 'DE01', caseId }, override));
    await inTransaction(own.db, (trx) => addOverride(trx, { entity: 'DE01', caseId }, override));
    expect(await overridesOf(own.db, caseId)).toEqual([override]);
    expect(await latestAssessment(own.db, caseId)).toBeUndefined();
  });
});
