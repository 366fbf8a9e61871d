import { afterAll, beforeAll, expect, it } from 'vitest';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { serveApi, type ServedApi } from './house.ts';

/** How long the ERP takes to post, in these tests: longer than the try at once, whose end lets the approver hear. */
const postingMs = 4_000;
/** How long where somebody has to lose patience meanwhile, on a busy machine too. */
const longPostingMs = 8_000;

describeWithServices('a decision while the ERP is being asked', () => {
  let house: House;
  let patient: ServedApi;
  let hasty: ServedApi;

  beforeAll(async () => {
    house = await openHouse({ processingLimitMs: 20_000, erpTimeoutMs: 15_000 });
    const parts = { db: house.db, client: house.client, stateDir: house.settings.stateDir };
    patient = await serveApi({ ...parts, patienceMs: 20_000 });
    hasty = await serveApi({ ...parts, patienceMs: 200 });
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(async () => {
    patient.close();
    hasty.close();
    await house.dispose();
  });

  /** Approved, and being posted; answers the case's id and version. */
  async function beingPosted(price: string, delayMs = postingMs): Promise<{ id: string; documentHash: string }> {
    const invoice = billed({ lines: [{ quantity: '1', price, costCentre: 'CC-6000', name: 'Web hosting' }] });
    const { id } = (await (await patient.as('anna.berg')).post('/v1/invoices', { body: invoice })).body as { id: string };
    const { case: found } = await house.caseWhen(id, ({ case: { stage } }) => stage === 'approval');
    await house.sandbox.post('/_sandbox/faults', { kind: 'delay', route: 'erp.invoices.post', times: 1, delayMs });
    const [task] = await tasksOf(house.db, id, 'open');
    const approved = await (await patient.as(task!.candidatePersons[0] ?? 'karl.brandt')).post(`/v1/approvals/${task!.id}/decision`, { body: { decision: 'approve', decisionHash: task!.decisionHash } });
    expect(approved.body, approved.text).toMatchObject({ effect: 'complete' });
    return { id, documentHash: found.documentHash };
  }

  /** The withdrawal was said before the ERP had answered: otherwise the test would prove nothing. */
  async function saidBeforePosting(id: string): Promise<void> {
    const actions = await auditOf(house.db, id);
    expect(actions.lastIndexOf('decision.proposed'), actions.join(' ')).toBeLessThan(actions.indexOf('invoice.posting'));
  }

  it('is asked again until the ERP has answered, and counts without being sent twice', async () => {
    const { id, documentHash } = await beingPosted('431.00');
    const answer = await (await patient.as('anna.berg')).post(`/v1/invoices/${id}/withdrawal`, { body: { documentHash } });
    expect(answer, answer.text).toMatchObject({ status: 200, body: { state: 'accepted', effect: 'withdrawn' } });
    await house.caseWhen(id, ({ case: { state } }) => state === 'withdrawn');
    await saidBeforePosting(id);
  });

  it('is kept when that takes longer than a person waits, and carried by the relay', async () => {
    const clerk = await hasty.as('anna.berg');
    const { id, documentHash } = await beingPosted('432.00', longPostingMs);
    const answer = await clerk.post(`/v1/invoices/${id}/withdrawal`, { body: { documentHash } });
    expect(answer, answer.text).toMatchObject({ status: 202, body: { state: 'proposed' } });
    await house.caseWhen(id, ({ case: { state } }) => state === 'withdrawn');
    await saidBeforePosting(id);
    expect(await clerk.get(answer.headers.get('location')!)).toMatchObject({ status: 200, body: { state: 'accepted', decision: 'withdraw' } });
  });

  it('that contradicts the one which is being carried out is refused at once, not after the ERP', async () => {
    const { id } = await beingPosted('433.00');
    const [task] = await tasksOf(house.db, id, 'decided');
    const answer = await (await patient.as(task!.decidedBy!)).post(`/v1/approvals/${task!.id}/decision`, { body: { decision: 'reject', decisionHash: task!.decisionHash, reasonCode: 'PRI', target: 'supplier' } });
    expect(answer).toMatchObject({ status: 409, body: { code: 'already-decided' } });
    expect((await house.caseWhen(id, () => true)).case.stage).not.toBe('posted');
    await house.caseWhen(id, ({ case: { stage } }) => stage === 'posted');
  });
});
