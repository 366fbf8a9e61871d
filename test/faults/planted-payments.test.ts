import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf } from '../../db/repositories/payments.ts';
import type { SandboxSet } from '../../db/seed.ts';
import type { Person } from '../../domain/model/person.ts';
import type { TaxPolicy } from '../../domain/policy/tax.ts';
import { openHouse, type House } from '../support/house.ts';
import { payments } from '../support/payments.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';
import { freshIds } from './payment-defects.ts';
import { openPaymentHouse } from './payment-house.ts';
import { playPayments } from './payment-round.ts';
import { stockOf } from './payment-stock.ts';
import { plant, type Defect } from './plant.ts';
import { bankThatSettles, readyToPay } from './workday.ts';
import { readSettings } from '../../temporal-config/settings.ts';

/**
 * Would the fault tests notice what is wrong about a payment? Each defect is built into a worker of its own, the bank takes the
 * file and says nothing, and the judge has to complain. The worker as it is stands the same.
 */
const send = 'activities/payments/send-payment-file.ts';

const sentWithoutOnce: Defect[] = [{
  file: send,
  was: 'const result = await once<SubmissionAnswer, SendAnswer>(',
  becomes: `const result = await (async (tools: any, effect: any): Promise<any> => {
    void once;
    const answer = await effect.send();
    await inTransaction(tools.db, (trx) => effect.write(trx, answer));
    return effect.outcomeOf(answer) ?? answer;
  })(`,
}];
const noEnquiry: Defect[] = [{ file: 'activities/once.ts', was: '(await foundByEnquiry(tools, effect, handle, state)) ?? (await resend(tools, effect, handle))', becomes: 'await resend(tools, effect, handle)' }];
const noReleaseDuties: Defect[] = [{ file: 'activities/payments/verify-run-decision.ts', was: 'return conflict && refusal(conflict.code, conflict.message);', becomes: 'return conflict && undefined;' }];
/** Whoever approves runs approves them of any amount. */
const noApprovalLimit: Defect[] = [{ file: 'activities/payments/verify-run-decision.ts', was: '!heldRole(person, { ...demand, amount: total })', becomes: '!heldRole(person, demand)' }];
/** What the bank has accepted counts as paid before it has booked anything. */
const acceptedIsPaid: Defect[] = [{
  file: 'activities/payments/apply-report.ts',
  was: `judged.filter(({ after }) => after.effect === 'reopen').map(({ status }) => ({ instruction: byId.get(status.endToEndId)!, status: 'rejected' as const,`,
  becomes: `judged.map(({ status }) => ({ instruction: byId.get(status.endToEndId)!, status: 'confirmed' as const,`,
}];

/** What was held, withdrawn or corrected after the approval is paid all the same. */
const noLastLook: Defect[] = [{ file: 'activities/payments/take-out-unpayable.ts', was: 'return lastLook(released, standing, await holdsOf(trx, entity));', becomes: 'void [released, standing, lastLook, holdsOf];\n  return new Map();' }];

/** A run that was released can be changed and cancelled like any other. */
const neverTooLate: Defect[] = [{ file: 'workflows/accounts-payable/payment-run.ts', was: `if (run.released && kind !== 'resolveException')`, becomes: `if (run.released && kind === undefined)` }];
/** Nobody remembers who took payments out. */
const editorsForgotten: Defect[] = [{ file: 'activities/payments/verify-run-decision.ts', was: 'await markEdited(trx, run.runId, decision.person);', becomes: 'void markEdited;' }];

/** Tax is kept back of the gross amount, where the rule says net: bank, ERP and records agree, and all are wrong. */
const wrongWithholding: Defect[] = [{ file: 'domain/rules/payments/withholding.ts', was: `if (rule.base === 'gross' || whole === 0n`, becomes: `if (rule.base !== 'gross' || whole === 0n` }];

const isLong = readSettings().faultSeeds !== undefined;
const times = { processingLimitMs: 400, timeoutMs: 600 };
/** One of the treasurers may edit and approve runs, too, the other one approve those of up to 10. */
const hats: Record<string, Person['roles']> = {
  'vera.noll': [{ entity: 'DE01', role: 'ap-clerk' }, { entity: 'DE01', role: 'finance-manager', limit: { currency: 'EUR', minor: '5000000' } }],
  'sami.rahal': [{ entity: 'DE01', role: 'finance-manager', limit: { currency: 'EUR', minor: '1000' } }],
};
const withTwoHats = (shipped: SandboxSet): SandboxSet => {
  const ready = readyToPay(times)(shipped);
  return { ...ready, policies: ready.policies.map(withWithholding), persons: ready.persons.map((person) => ({ ...person, roles: [...person.roles, ...(hats[person.id] ?? [])] })) };
};

/** Tax is kept back of every payment here. */
const withWithholding = (policy: SandboxSet['policies'][number]): SandboxSet['policies'][number] =>
  policy.kind !== 'tax' || policy.name !== 'europe' ? policy : { ...policy, content: { ...(policy.content as TaxPolicy), withholding: [{ id: 'DE-50A', name: 'Income of non-residents', rate: '15.825', base: 'net', countries: ['DE'], from: '2026-01-01' }] } };

describeWithServices('defects of payments that the fault tests must notice', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let pay: ReturnType<typeof payments>;
  const copies: { remove(): void }[] = [];

  /** A house of its own for each: what one breaks stays broken. */
  beforeEach(async () => {
    house = await openHouse({ ...times, erpTimeoutMs: times.timeoutMs, set: withTwoHats });
    they = people(house);
    pay = payments(house, they);
  });
  afterEach(() => house.dispose());
  afterAll(() => copies.splice(0).forEach((copy) => copy.remove()));

  const workerWith = async (defects: Defect[]) => {
    const copy = plant(defects);
    copies.push(copy);
    await house.startWorker({}, copy.home);
    await house.firstPoll('DE01');
  };
  const verdict = async (caseId: string, drainMs = 0) => [...new Set((await judge(house, [caseId], drainMs)).broken.map((sentence) => sentence.slice(0, 2)))].sort();
  const paymentsAtBank = async () => (await house.sandbox.bankLedger()).payments.filter(({ state }) => state === 'booked').length;

  /** F3: the bank takes the file and never answers. Where that counts as refused, somebody has it paid again. Then the bank books what it has. */
  async function unanswered(drainMs = 0): Promise<string[]> {
    await house.sandbox.post('/_sandbox/faults', { kind: 'drop-response', route: 'bank.files.post', times: 1 });
    const caseId = await pay.posted('4');
    if ((await released()) === 'rejected') {
      await house.stage(caseId, 'payment-rejected');
      await they.resolve(caseId, 'lars.thoma', 'retry');
      await released();
    }
    await bankThatSettles(house);
    await expect.poll(paymentsAtBank, { timeout: 30_000 }).toBeGreaterThan(0);
    return verdict(caseId, drainMs);
  }

  /** A run on its way to the bank, and what became of it there. */
  async function released(): Promise<string> {
    const runId = await pay.proposed();
    await pay.release(runId);
    return (await pay.untilSent(runId)).case.state;
  }

  /** P6: whoever approved the run releases it. */
  async function releasedByApprover(): Promise<string[]> {
    const caseId = await pay.posted('5');
    const runId = await pay.proposed();
    await they.decide(runId, 'vera.noll', 'approve');
    await house.stage(runId, 'release');
    const outcome = await outcomeOf(they.decide(runId, 'vera.noll', 'approve', { update: 'release' }));
    if (outcome !== 'accepted') return [outcome];
    await pay.untilSent(runId);
    return verdict(caseId);
  }

  /** P6: a payment is taken out that the bank has. */
  async function takenOutAtBank(): Promise<string[]> {
    const caseId = await pay.posted('8');
    const { runId } = await pay.sent();
    const outcome = await takenOut(runId, 'anna.berg');
    return outcome === 'accepted' ? verdict(caseId) : [outcome];
  }

  /** P6: whoever takes one of two payments out approves the other one. */
  async function approvedByEditor(): Promise<string[]> {
    const { caseIds: [caseId = ''] } = await stockOf(house, { seed: 1, documents: [1, 1] });
    const runId = await pay.proposed();
    await takenOut(runId, 'vera.noll');
    const outcome = await outcomeOf(they.decide(runId, 'vera.noll', 'approve'));
    if (outcome !== 'accepted') return [outcome];
    await house.stage(runId, 'release');
    await they.decide(runId, 'sami.rahal', 'approve', { update: 'release' });
    await pay.untilSent(runId);
    return verdict(caseId);
  }

  /** P6: a run is approved by somebody whose limit is below it. */
  async function approvedAboveLimit(): Promise<string[]> {
    const caseId = await pay.posted('9');
    const runId = await pay.proposed();
    const outcome = await outcomeOf(they.decide(runId, 'sami.rahal', 'approve'));
    if (outcome !== 'accepted') return [outcome];
    await house.stage(runId, 'release');
    await they.decide(runId, 'vera.noll', 'approve', { update: 'release' });
    await pay.untilSent(runId);
    return verdict(caseId);
  }

  async function takenOut(runId: string, person: string): Promise<string> {
    const [payment] = await instructionsOf(house.db, runId);
    const run = await readRun(house.db, runId);
    return outcomeOf(they.say(runId, { update: 'removeItem', decision: 'removeItem', person, decisionHash: run?.contentHash ?? '', payload: { endToEndIds: [payment?.endToEndId], reason: 'The supplier asked to wait' } }));
  }

  /** The bank accepts and has not booked: its clock stands still. */
  async function accepted(): Promise<string[]> {
    const caseId = await pay.posted('6');
    await pay.sent();
    await expect.poll(async () => (await house.caseWhen(caseId, () => true)).case.closedAt, { timeout: 30_000 }).toBeDefined();
    return verdict(caseId);
  }

  /** P6: a document is withdrawn between approval and release. */
  async function withdrawnAfterApproval(): Promise<string[]> {
    const caseId = await pay.posted('7');
    const runId = await pay.proposed();
    await they.decide(runId, 'clara.winter', 'approve');
    await house.stage(runId, 'release');
    await they.withdraw(caseId, 'anna.berg');
    await house.ended(caseId, 'withdrawn');
    await they.decide(runId, 'vera.noll', 'approve', { update: 'release' });
    await pay.untilSent(runId);
    return verdict(caseId);
  }

  const defects: [string, Defect[], () => Promise<string[]>, string[]][] = [
    ['names its payments anew with each try', freshIds, unanswered, ['I2', 'I3', 'I5']],
    ['sends without once', sentWithoutOnce, unanswered, ['I7']],
    ['does not ask after a lost answer', noEnquiry, unanswered, ['I7']],
    ['lets the approver release', noReleaseDuties, releasedByApprover, ['I5']],
    ['takes accepted for paid', acceptedIsPaid, accepted, ['I3']],
    ['pays what was withdrawn after the approval', noLastLook, withdrawnAfterApproval, ['I3']],
    ['lets a released run be changed', neverTooLate, takenOutAtBank, ['I5']],
    ['lets whoever edited a run approve it', editorsForgotten, approvedByEditor, ['I5']],
    ['lets anybody approve a run of any amount', noApprovalLimit, approvedAboveLimit, ['I5']],
    ['keeps tax back of the wrong amount', wrongWithholding, unanswered, ['I3']],
  ];

  it.each(isLong ? defects : defects.slice(0, 1))('a worker that %s is noticed', async (_what, defect, scenario, expected) => {
    await workerWith(defect);
    expect(await scenario()).toEqual(expect.arrayContaining(expected));
  });

  /** Its schedule loses the answer to the file, twice. */
  const losesAnswer = 187;
  if (isLong) it(`P7: seed ${losesAnswer} of payments notices payments that are named anew with each try`, async () => {
    const copy = plant(freshIds);
    copies.push(copy);
    const playing = await openPaymentHouse({ ownServices: false, home: copy.home });
    try {
      const { judgement } = await playPayments(playing, losesAnswer);
      expect(judgement.broken).toContainEqual(expect.stringMatching(/^I2: the bank pays document .* more than once$/));
    } finally {
      await playing.dispose();
    }
  }, 900_000);

  if (isLong) it('F3, P6: the worker as it is stands all of that', async () => {
    await workerWith([]);
    expect(await unanswered(30_000)).toEqual([]);
    expect(await releasedByApprover()).toEqual(['duties-conflict']);
    expect(await withdrawnAfterApproval()).toEqual([]);
    expect(await takenOutAtBank()).toEqual(['run-not-open']);
    expect(await approvedByEditor()).toEqual(['duties-conflict']);
    expect(await approvedAboveLimit()).toEqual(['authority-insufficient']);
  });
});
