import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCase } from '../../db/repositories/cases.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf, itemsOf } from '../../db/repositories/payments.ts';
import type { Progress } from '../../domain/model/progress.ts';
import { cutOffOn } from '../../domain/rules/payments/execution.ts';
import type { PaymentRunInput } from '../../workflows/contracts/payment-run.ts';
import { auditOf, begunWith, historyOf } from '../support/evidence.ts';
import { addSuppliers, copyPosted, postDocuments, supplierId } from '../support/many-payables.ts';
import { outcomeOf } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

const suppliers = 11;
const documents = 14;

describeWithServices('a payment run that goes on in new histories', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, they, pay, dispose } = await workingHouse());
    const template = await pay.posted('1');
    await addSuppliers(house.sandbox.url, suppliers);
    await copyPosted(house.db, template, { documents, suppliers, references: await postDocuments(house.sandbox.url, { documents, suppliers }) });
  });
  afterAll(() => dispose());

  it('keeps decisions, screens every payee once and pays everything once', async () => {
    const held = supplierId(4);
    await house.sandbox.post('/_sandbox/screening/behaviour', { subjectId: held, status: 'match', times: 1 });
    const unscreened = [supplierId(5), supplierId(6)];
    for (const subjectId of unscreened) await house.sandbox.post('/_sandbox/screening/behaviour', { subjectId, status: 'failed', times: 1 });
    const runId = await pay.open({ pace: { payees: 2, events: 14 } });
    await pay.asked(runId);
    const { workflowId } = (await readCase(house.db, runId))!.case;
    const asked = await they.openTask(runId);
    const tooLate = cutOffOn({ at: '15:00', zone: 'Europe/Berlin', system: 't2' }, (await readRun(house.db, runId))!.executionDate!);
    const histories = async (): Promise<{ runId: string; events: number }[]> => {
      const found: { runId: string; events: number }[] = [];
      for await (const { runId: id, historyLength } of house.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) found.push({ runId: id, events: historyLength });
      return found;
    };

    // While the approver thinks, the history has become long; what people say now meets whichever history there is.
    const [removed, ...others] = (await instructionsOf(house.db, runId)).filter(({ supplierId: payee }) => payee !== held && !unscreened.includes(payee));
    const { contentHash } = (await readRun(house.db, runId))!;
    const remove = (endToEndId: string) => they.say(runId, { update: 'removeItem', decision: 'removeItem', person: 'anna.berg', decisionHash: contentHash!, payload: { endToEndIds: [endToEndId], reason: 'The supplier asked to wait' } });
    const answers = await Promise.all([removed!, ...others.slice(0, 3)].map(({ endToEndId }) => outcomeOf(remove(endToEndId))));
    expect(answers.sort(), 'all saw the same run, so one of them changes it').toEqual(['accepted', 'stale-version', 'stale-version', 'stale-version']);
    expect(await outcomeOf(they.decide(runId, 'clara.winter', 'approve'))).toBe('accepted');
    await house.stage(runId, 'release');
    const atRelease = await histories();
    const approval = (await decisionsOf(house.db, runId, 'accepted')).find(({ update }) => update === 'decide')!;
    await house.client.workflow.getHandle(workflowId).executeUpdate('decide', { updateId: 'brought-once-more', args: [{ decisionId: approval.id }] });
    expect(await outcomeOf(they.decide(runId, 'vera.noll', 'approve', { update: 'release' }))).toBe('accepted');
    await pay.untilSent(runId);

    const sent = (await instructionsOf(house.db, runId)).filter(({ state }) => state !== 'removed');
    const ids = sent.map(({ endToEndId }) => endToEndId).sort();
    expect(ids).toHaveLength(suppliers + 1 - 2 - unscreened.length);
    expect(sent.every(({ screening }) => screening?.state === 'clear')).toBe(true);
    const cases = (await openExceptionsOf(house.db, runId)).map(({ code, ownerRole, title }) => ({ code, ownerRole, title })).sort((a, b) => (a.code < b.code ? -1 : 1));
    expect(cases, 'P10: what the service could not say is one case of the run').toMatchObject([
      { code: 'screening-error', ownerRole: 'compliance-officer', title: expect.stringContaining('2 suppliers were not screened: error, ') },
      { code: 'screening-hit', ownerRole: 'compliance-officer' },
    ]);
    const { payments: atBank, files } = await house.sandbox.bankLedger();
    expect(files.filter(({ messageId }) => messageId === runId)).toHaveLength(1);
    expect(atBank.map(({ endToEndId }) => endToEndId).sort(), 'once each').toEqual(ids);
    expect((await itemsOf(house.db, runId, ids)).length).toBe(documents + 1 - (await itemsOf(house.db, runId)).filter(({ state }) => state === 'removed').length);
    const checks = await house.sandbox.get<{ screening: { checks: { subjectId: string }[] } }>('/_sandbox/ledger?service=screening');
    const screened = checks.screening.checks.map(({ subjectId }) => subjectId).sort();
    expect(screened, 'no payee is asked about twice').toEqual([...new Set(screened)]);
    const audit = await auditOf(house.db, runId);
    for (const once of ['payment-run.proposed', 'payment-run.screened', 'payment-run.filed']) expect(audit.filter((action) => action === once), once).toHaveLength(1);

    const known = await histories();
    expect(atRelease.length, 'people decided across histories').toBeGreaterThan(1);
    expect(known.length, 'pages lie in several histories').toBeGreaterThan(atRelease.length + 1);
    expect(Math.max(...known.map(({ events }) => events))).toBeLessThan(60);
    const shown = await house.client.workflow.getHandle(workflowId).query<Progress>('progress');
    expect(shown, 'what it shows is what the records show').toEqual((await readCase(house.db, runId))!.progress);
    expect(shown.decisions.map(({ decision, by }) => [decision, by])).toEqual([['removeItem', 'anna.berg'], ['approve', 'clara.winter'], ['release', 'vera.noll']]);

    const cancels = they.say(runId, { update: 'cancel', decision: 'cancel', person: 'anna.berg', payload: { reason: 'Opened by mistake' } });
    expect(await outcomeOf(cancels), 'a history that began after the release knows of it').toBe('run-not-open');
    await pay.bankDays(6);
    await house.ended(runId, 'confirmed');
    expect((await house.sandbox.bankLedger()).payments.filter(({ state }) => state === 'booked')).toHaveLength(ids.length);
    expect((await historyOf(house, workflowId)).events).toBeLessThan(60);

    const positions = (await begunWith<PaymentRunInput>(house, workflowId)).flatMap(({ goesOn }) => goesOn ?? []);
    expect(positions.map(({ cutOffAt, nextDeadline }) => ({ cutOffAt, nextDeadline })), 'what the proposal said is known to the end').toEqual(positions.map(() => ({ cutOffAt: tooLate, nextDeadline: asked.dueAt })));
    const after = positions.filter(({ reached }) => reached.includes('released'));
    expect([after.length > 0, after.every(({ released }) => released)]).toEqual([true, true]);
    const told = positions.map(({ released }) => released); // the release may be heard just while a history hands over
    expect([told[0], told]).toEqual([false, [...told].sort()]);
    const pages = after.filter(({ reached }) => !reached.includes('screened')).flatMap(({ screenedTo }) => screenedTo ?? []);
    expect(pages.length, 'pages go on where they were').toBeGreaterThan(1);
    expect(pages).toEqual([...new Set(pages)].sort());
  });
});
