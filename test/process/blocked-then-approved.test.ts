import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import type { SandboxSet } from '../../db/seed.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { tasksOf } from '../../db/repositories/approvals.ts';
import type { DuplicatePolicy } from '../../domain/policy/duplicates.ts';
import { bolts, orderOfBolts, receiptOfBolts } from '../support/bolts.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { submit } from '../support/invoices.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** Suppliers may use a number again in another year here. */
const numberedAnewEachYear = (shipped: SandboxSet): SandboxSet => ({ ...shipped, policies: shipped.policies.map((policy) => (policy.kind === 'duplicates' ? { ...policy, content: { ...(policy.content as DuplicatePolicy), exactScope: 'same-year' } } : policy)) });

/** US01 posts at once, blocked for payment: approval and receipt lift the block, a rejection reverses the document. */
describeWithServices('posted blocked, then approved', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse({ set: numberedAnewEachYear });
    they = people(house);
    await house.sandbox.post('/_sandbox/seed', {
      companyCode: 'US01',
      orders: [orderOfBolts('4600000901', '120.00'), orderOfBolts('4600000902', '30.00'), orderOfBolts('4600000903', '50.00'), orderOfBolts('4600000904', '40.00'), orderOfBolts('4600000905', '20.00'), orderOfBolts('4600000906', '25.00'), orderOfBolts('4600000907', '15.00'), orderOfBolts('4600000908', '16.00'), orderOfBolts('4600000909', '17.00'), orderOfBolts('4600000910', '18.00')],
      movements: [receiptOfBolts('4600000901', '60'), receiptOfBolts('4600000902', '100'), receiptOfBolts('4600000903', '100'), receiptOfBolts('4600000904', '100'), receiptOfBolts('4600000905', '100'), receiptOfBolts('4600000906', '100'), receiptOfBolts('4600000907', '100'), receiptOfBolts('4600000908', '100'), receiptOfBolts('4600000909', '100'), receiptOfBolts('4600000910', '100')],
    });
    await house.startWorker();
    await house.firstPoll('US01');
  });
  afterAll(() => house.dispose());

  const enter = async (orderNumber: string, price: string) => (await submit(house.db, bolts(orderNumber, price), { submitter: 'person:emma.price' })).caseId;
  const asked = (caseId: string) => house.stage(caseId, 'approval');
  const documentOf = async (caseId: string) => {
    const { progress } = await house.caseWhen(caseId, ({ progress: { postings } }) => postings.length > 0);
    const { documents } = await house.sandbox.ledger({ entity: 'US01', externalReference: progress.postings[0]!.key });
    expect(documents).toHaveLength(1);
    return documents[0]!;
  };

  it('R3, A8: ahead of its receipt it is posted blocked; approvals given before the goods came in stay, and the receipt releases it', async () => {
    const caseId = await enter('4600000901', '120.00');
    await asked(caseId);
    expect((await documentOf(caseId)).payBlock).toBe('R');
    expect((await they.decide(caseId, 'ruth.reed', 'approve')).effect).toBe('recorded');
    expect((await they.decide(caseId, 'julia.ross', 'approve')).effect).toBe('complete');
    await house.stage(caseId, 'awaiting-receipt');
    expect((await documentOf(caseId)).payBlock).toBe('R');

    await house.sandbox.post('/erp/US01/material-documents', receiptOfBolts('4600000901', '40'));
    const found = await house.caseWhen(caseId, ({ progress }) => progress.postings.some(({ status }) => status === 'released'));
    expect(found.progress.decisions).toHaveLength(2);
    expect((await documentOf(caseId)).payBlock).toBeFalsy();
    const actions = await auditOf(house.db, caseId);
    expect(actions).toContain('invoice.approvals-kept');
    expect(actions).not.toContain('invoice.approvals-voided');
  });

  it.each([
    ['fails before it lifts the block', 'fail-before-commit', '4600000909', '17.17'],
    ['lifts the block and does not answer', 'drop-response', '4600000910', '18.18'],
  ])('F2: an ERP that %s: what is released here is released there, once', async (_what, kind, orderNumber, price) => {
    const caseId = await enter(orderNumber, price);
    await asked(caseId);
    expect((await documentOf(caseId)).payBlock).toBe('R');
    await house.sandbox.clearFaults();
    await house.sandbox.post('/_sandbox/faults', { kind, route: 'erp.invoices.block', times: 1 });
    for (let effect = ''; effect !== 'complete'; ) {
      const task = await they.openTask(caseId);
      ({ effect } = await they.decide(caseId, task.candidatePersons[0]!, 'approve', { task }));
    }
    await house.caseWhen(caseId, ({ progress }) => progress.postings.some(({ status }) => status === 'released'));
    const { payBlock, amendments } = await documentOf(caseId);
    expect([payBlock, amendments.map((amendment) => amendment.payBlock)]).toEqual(['', ['']]);
    expect((await house.sandbox.faults()).map(({ injected }) => injected)).toEqual([1]);
  });

  it('A8: a correction of the order that makes the variance larger voids the approval; the same person is asked again; a rejection reverses the document', async () => {
    const caseId = await enter('4600000902', '30.30');
    await asked(caseId);
    const [first] = await tasksOf(house.db, caseId, 'open');
    expect((await they.decide(caseId, 'ruth.reed', 'approve', { task: first! })).effect).toBe('recorded');

    await house.sandbox.post('/erp/US01/purchase-orders/4600000902/changes', { item: { itemNo: '10', netPrice: '29.80' } });
    await house.caseWhen(caseId, ({ progress }) => progress.awaiting.some(({ what, id }) => what === `approval ${first!.step}` && id !== first!.id));
    const again = await they.openTask(caseId);
    expect(again).toMatchObject({ step: first!.step });
    expect(again.decisionHash).not.toBe(first!.decisionHash);
    expect((await tasksOf(house.db, caseId, 'superseded')).find(({ id }) => id === first!.id)).toMatchObject({ decision: 'approve', decidedBy: 'ruth.reed' });
    expect(await auditOf(house.db, caseId)).toContain('invoice.approvals-voided');

    expect((await they.decide(caseId, 'ruth.reed', 'approve', { task: again })).effect).toBe('recorded');
    expect((await they.decide(caseId, 'julia.ross', 'reject')).effect).toBe('rejected');
    await house.ended(caseId, 'rejected');
    const { documents } = await house.sandbox.ledger({ entity: 'US01', externalReference: (await house.caseWhen(caseId, () => true)).progress.postings[0]!.key });
    expect(documents.map(({ status }) => status)).toEqual(['REVERSED']);
  });

  it('A13, D9: the mended document under the number of a rejected one is posted under the next number of its key, after the confirmed reversal', async () => {
    const mended = (price: string) => submit(house.db, bolts('4600000904', price, { number: 'GL-904' }), { submitter: 'person:emma.price' });
    const { caseId: first } = await mended('40.30');
    await asked(first);
    expect((await documentOf(first)).payBlock).toBe('R');
    expect((await they.decide(first, 'ruth.reed', 'reject')).effect).toBe('rejected');
    await house.ended(first, 'rejected');

    const { caseId: second } = await mended('40.00');
    const found = await house.caseWhen(second, ({ case: { stage }, progress }) => stage === 'parked' || progress.postings.some(({ status }) => status === 'posted'));
    expect(found.progress.exceptions).toEqual([]);
    expect(found.progress.postings.map(({ key }) => key)).toEqual(['ap-invoice:US01:200001:GL-904:invoice:post:2']);
    expect((await documentOf(second)).status).toBe('POSTED');
  });

  it('D1: a number that comes again in another year is posted under the next number of its key, beside the one of the year before', async () => {
    const keyOf = async (orderNumber: string, price: string, issueDate: string) => {
      const { caseId } = await submit(house.db, bolts(orderNumber, price, { number: 'GL-907', issueDate }));
      const lookedAt = () => house.caseWhen(caseId, ({ case: { stage }, progress }) => stage === 'parked' || stage === 'exception' || progress.postings.some(({ status }) => status === 'posted'));
      if ((await lookedAt()).case.stage === 'exception') await they.resolve(caseId, 'ruth.reed', 'override');
      const { progress } = await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'parked' || stage === 'posted');
      return progress.postings.map(({ key }) => key);
    };
    expect(await keyOf('4600000907', '15.00', '2025-12-18')).toEqual(['ap-invoice:US01:200001:GL-907:invoice:post:1']);
    expect(await keyOf('4600000908', '16.00', '2026-11-16')).toEqual(['ap-invoice:US01:200001:GL-907:invoice:post:2']);
  });

  it('A8, M19: a correction of what stands posted blocked takes its posting back before anybody approves the corrected document', async () => {
    const caseId = await enter('4600000905', '20.20');
    await asked(caseId);
    const { progress: { postings: [before] } } = await house.caseWhen(caseId, () => true);
    expect((await they.correct(caseId, 'emma.price', { lines: [{ line: '1', costCentre: 'CC-2200' }] })).effect).toBe('corrected');
    await house.caseWhen(caseId, ({ progress: { postings }, case: { stage } }) => stage !== 'approval' || postings.length > 1);
    const found = await house.caseWhen(caseId, ({ case: { stage }, progress: { decisions } }) => (stage === 'approval' || stage === 'exception') && decisions.length > 0);
    expect(found.progress.postings.map(({ key, status }) => [key.split(':').at(-1), status])).toEqual([['1', 'reversed'], ['2', 'posted']]);
    expect((await house.sandbox.ledger({ entity: 'US01', externalReference: before!.key })).documents.map(({ status }) => status)).toEqual(['REVERSED']);
  });

  it('D1, M9: what stands posted blocked and turns out to be a duplicate leaves no liability and no order line taken', async () => {
    const { caseId } = await submit(house.db, bolts('4600000906', '25.20', { number: 'GL-906' }), { submitter: 'person:emma.price' });
    await asked(caseId);
    await submit(house.db, bolts('4600000906', '25.20', { number: 'GL 906' }));
    await house.sandbox.post('/erp/US01/purchase-orders/4600000906/changes', { item: { itemNo: '10', netPrice: '25.10' } });
    await house.stage(caseId, 'exception');
    expect((await they.resolve(caseId, 'ruth.reed', 'duplicate')).effect).toBe('duplicate');
    await house.ended(caseId, 'duplicate');
    expect((await documentOf(caseId)).status).toBe('REVERSED');
    expect(await sql(house.db, `select state from reservations where case_id = :caseId and state in ('pending', 'posted')`, { caseId })).toEqual([]);
  });

  it('C4: a full credit closes its invoice when it is approved and released, not while it stands posted blocked', async () => {
    const { caseId: invoice } = await submit(house.db, bolts('4600000903', '50.00', { number: 'GL-903' }));
    await house.stage(invoice, 'posted');
    const credit = async (number: string) => {
      const { caseId } = await submit(house.db, bolts('4600000903', '50.00', { number, class: 'credit-note', preceding: ['GL-903'] }));
      await house.stage(caseId, 'exception');
      await they.correct(caseId, 'emma.price', { creditKind: 'goodwill' });
      await asked(caseId);
      return caseId;
    };

    const refused = await credit('GL-C1');
    expect((await documentOf(refused)).payBlock).toBe('R');
    expect((await they.decide(refused, (await they.openTask(refused)).candidatePersons[0]!, 'reject')).effect).toBe('rejected');
    await house.ended(refused, 'rejected');
    expect((await documentOf(refused)).status).toBe('REVERSED');
    expect(await auditOf(house.db, invoice)).not.toContain('invoice.event-received');

    const approved = await credit('GL-C2');
    expect((await they.decide(approved, (await they.openTask(approved)).candidatePersons[0]!, 'approve')).effect).toBe('complete');
    await house.ended(approved, 'credited');
    await house.ended(invoice, 'credited');
    expect((await latestAssessment(house.db, approved))!.result).toMatchObject({ disposition: 'needs-approval', credit: { settlement: 'closes-both', against: invoice } });
  });
});
