import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { queues } from '../../temporal-config/queues.ts';
import { reconcilePaymentLedgerWorkflow } from '../../workflows/contracts/reconcile-payment-ledger.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { judge } from './invariants.ts';

/**
 * Faults of the counterpart while one document after the other is posted. The counterpart's own ledger is the oracle: one
 * document a key, whatever it answered. Durations are scaled down; the guards are generous.
 */
let quantity = 3;
/** Each of another amount: equal amounts of one supplier would rightly be questioned (D5). */
const steel = (number: string) => billed({ number, lines: [{ orderNumber: '4500000118', orderLine: '10', quantity: String((quantity += 2)), price: '10.00' }] });
const energy = (price: string) => billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });

describeWithServices('faults of the counterpart', () => {
  let house: House;
  let line: TcpProxy;
  let they: ReturnType<typeof people>;
  const accepted: string[] = [];

  beforeAll(async () => {
    house = await openHouse({ processingLimitMs: 800, erpTimeoutMs: 600 });
    they = people(house);
    line = await startTcpProxy(house.sandbox.url);
    await house.startWorker({ KONTOR_SANDBOX_URL: line.url });
    await house.firstPoll('DE01');
  });
  beforeEach(() => house.sandbox.clearFaults());
  afterAll(async () => {
    await house.dispose();
    await line.close();
  });

  const fault = (kind: string, more: Record<string, unknown> = {}) => house.sandbox.post('/_sandbox/faults', { kind, route: 'erp.invoices.post', times: 1, ...more });
  const enter = async (invoice: ReturnType<typeof billed>) => {
    const { caseId } = await submit(house.db, invoice);
    accepted.push(caseId);
    return caseId;
  };
  const posted = (caseId: string) => house.stage(caseId, 'posted', 90_000);
  const documents = async (caseId: string) => {
    const { progress } = await posted(caseId);
    return (await house.sandbox.ledger({ externalReference: progress.postings[0]!.key })).documents;
  };

  it.each([
    ['F15 accepts, then answers 500', 'fail-after-commit', { status: 500 }],
    ['F17 commits and never answers', 'drop-response', {}],
    ['F17 commits late, after the client gave up and asked once', 'commit-late', { delayMs: 200 }],
    ['fails before it commits', 'fail-before-commit', { status: 503 }],
    ['asks to slow down', 'throttle', { retryAfterSeconds: 1 }],
    ['answers after the client gave up', 'delay', { delayMs: 700 }],
  ])('%s: one document', async (name, kind, more) => {
    await fault(kind, more);
    const caseId = await enter(steel(`F-${kind}-${name.length}`));
    expect(await documents(caseId)).toHaveLength(1);
    expect((await house.sandbox.faults()).reduce((sum, { injected }) => sum + injected, 0)).toBeGreaterThan(0);
  });

  it('F10 the same invoice by portal, mail and EDI in three writings: one is posted, two end as duplicates linked to it', async () => {
    const invoice = steel('F10-1');
    const ids = [await enter(invoice), await enter({ ...invoice, notes: ['by mail'] }), await enter({ ...invoice, notes: ['by EDI'] })];
    const ends = await Promise.all(ids.map((id) => house.caseWhen(id, ({ case: { stage, state } }) => stage === 'posted' || state === 'duplicate')));
    expect(ends.map(({ case: { state } }) => state).sort()).toEqual(['duplicate', 'duplicate', 'running']);
  });

  it('F11 late, repeated and contradicting decisions: the first valid one wins, the others are told why', async () => {
    const caseId = await enter(energy('450.00'));
    await house.stage(caseId, 'approval');
    const task = await they.openTask(caseId);
    const person = task.candidatePersons[0] ?? 'tarek.aydin';
    const first = await they.propose(caseId, { update: 'decide', decision: 'approve', person, task });
    await they.carry(first);
    expect(await they.carry(first)).toMatchObject({ decisionId: first.id });
    expect(await outcomeOf(they.decide(caseId, person, 'reject', { task }))).toMatch(/already-decided|step-in-progress/);
    await they.withdraw(caseId, 'anna.berg');
    expect(await outcomeOf(they.decide(caseId, 'karl.brandt', 'approve', { task }))).toMatch(/already-decided|unknown/);
    await house.ended(caseId, 'withdrawn');
  });

  it('I1–I9 hold after all of it', async () => {
    const judgement = await judge(house, accepted);
    expect(judgement.broken).toEqual([]);
    expect(judgement.repeatsSuppressed).toBeGreaterThan(0);
  });

  it('the line delivers a post twice: no key keeps this ERP from booking both; the comparison of the day finds the second, with an owner', async () => {
    const caseId = await enter(energy('460.00'));
    await house.stage(caseId, 'approval');
    line.strike('POST', { kind: 'repeat' });
    const task = await they.openTask(caseId);
    await they.decide(caseId, task.candidatePersons[0] ?? 'tarek.aydin', 'approve', { task });
    const [told, further] = await documents(caseId);
    expect(further).toBeDefined();
    expect((await judge(house, accepted)).broken).toContain(`I2: the key ${told!.externalRef} has 2 documents`);

    const compare = () => house.client.workflow.execute(reconcilePaymentLedgerWorkflow, { workflowId: `test-reconcile-${Date.now()}`, taskQueue: queues.workflows, args: [{ entity: 'DE01' }] });
    const found = async () => (await openExceptionsOf(house.db, caseId)).map(({ code, ownerRole, title }) => ({ code, ownerRole, title }));
    await compare();
    const second = (await house.caseWhen(caseId, () => true)).progress.postings[0]!.reference === told!.documentNo ? further! : told!;
    expect(await found()).toEqual([{ code: 'erp-posted-twice', ownerRole: 'ap-lead', title: expect.stringContaining(second.documentNo) }]);
    await house.sandbox.post(`/erp/DE01/supplier-invoices/${second.documentNo}/reversal`, { externalRef: `by-hand-${second.documentNo}`, reason: 'posted twice' });
    await compare();
    expect(await found()).toEqual([]);
  });
});
