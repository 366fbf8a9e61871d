import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { PayablesParts } from '../../activities/accounts-payable/parts.ts';
import { postSupplierInvoice } from '../../activities/accounts-payable/post-supplier-invoice.ts';
import { releaseSupplierInvoice, reverseSupplierInvoice } from '../../activities/accounts-payable/reverse-and-release.ts';
import { sql } from '../../db/client.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { databaseEpoch } from '../../db/repositories/once.ts';
import { openPayables } from '../../db/repositories/payables.ts';
import { outcomeOf } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

/** A posting that has to be taken back is the ERP's to reverse; where it will not, people decide, and nothing is recorded as if it had. What it has done already it refuses, too. */
describeWithServices('reversals that the ERP refuses, and releases that it must not be asked for', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, they, pay, dispose } = await workingHouse());
  });
  afterAll(() => dispose());

  const inErp = async (externalReference: string) => (await house.sandbox.ledger({ externalReference })).documents[0]!;
  const posted = async (quantity: string) => {
    const caseId = await pay.posted(quantity);
    const { progress: { postings } } = await house.caseWhen(caseId, () => true);
    return { caseId, document: await inErp(postings[0]!.key) };
  };
  const reverseByHand = (kind: 'supplier-invoices' | 'outgoing-payments', documentNo: string) => house.sandbox.post(`/erp/DE01/${kind}/${documentNo}/reversal`, { externalRef: `hand-reversal-${documentNo}`, reason: 'by hand' });
  const payByHand = async ({ documentNo, vendorNo, payableValue, currencyCode }: Awaited<ReturnType<typeof inErp>>) => {
    const externalRef = `hand-${documentNo}`;
    await house.sandbox.post('/erp/DE01/outgoing-payments', { externalRef, vendorNo, postingDate: new Date().toISOString().slice(0, 10), currencyCode, bankRef: 'CHEQUE-1', settles: [{ documentNo, amount: payableValue }] });
    return (await inErp(externalRef)).documentNo;
  };
  const refused = (caseId: string) => house.caseWhen(caseId, ({ case: { stage }, progress }) => stage === 'refused-by-erp' && progress.exceptions.length > 0);

  it('what somebody has reversed in the ERP itself is reversed: the document ends as it was to', async () => {
    const { caseId, document } = await posted('5');
    await reverseByHand('supplier-invoices', document.documentNo);
    expect((await they.withdraw(caseId, 'anna.berg')).effect).toBe('withdrawn');
    const { progress } = await house.ended(caseId, 'withdrawn');
    const reversal = (await inErp(progress.postings[0]!.key)).reversedBy;
    expect(progress.postings).toMatchObject([{ status: 'reversed', reference: reversal }]);
  });

  it('a withdrawn document that the ERP will not reverse does not end: its owner mends and retries; nobody decides otherwise meanwhile, and it is not paid', async () => {
    const { caseId, document } = await posted('6');
    const payment = await payByHand(document);
    expect((await they.withdraw(caseId, 'anna.berg')).effect).toBe('withdrawn');
    const first = await refused(caseId);
    expect(first.case).toMatchObject({ state: 'running' });
    expect(first.progress.postings.map(({ status }) => status)).toEqual(['posted']);
    expect(first.progress.exceptions).toMatchObject([{ code: 'counterpart-rejected', owner: 'ap-clerk' }]);
    expect(first.progress.awaiting).toMatchObject([{ role: 'ap-clerk' }]);
    expect((await openExceptionsOf(house.db, caseId)).map(({ title }) => title)).toEqual([expect.stringContaining('PAID')]);
    expect(await openPayables(house.db, 'DE01', [caseId])).toEqual([]);
    expect(await outcomeOf(they.say(caseId, { update: 'correct', decision: 'correct', person: 'petra.lang', payload: { correction: { note: 'x' } } }))).toBe('already-decided');

    const [before] = first.progress.exceptions;
    expect((await they.resolve(caseId, 'anna.berg', 'retry')).effect).toBe('resumed');
    await house.caseWhen(caseId, ({ progress: { exceptions } }) => exceptions.some(({ id }) => id !== before!.id));
    expect(await openExceptionsOf(house.db, caseId)).toHaveLength(1);

    await reverseByHand('outgoing-payments', payment);
    expect((await they.resolve(caseId, 'anna.berg', 'retry')).effect).toBe('resumed');
    const { progress } = await house.ended(caseId, 'withdrawn');
    expect(progress.postings.map(({ status }) => status)).toEqual(['reversed']);
    expect((await inErp(progress.postings[0]!.key)).status).toBe('REVERSED');
  });

  it('a corrected document whose posting the ERP will not reverse waits with its owner, and is posted anew once it is reversed; it may be rejected as well', async () => {
    const [kept, given] = [await posted('7'), await posted('8')];
    const payments = [await payByHand(kept.document), await payByHand(given.document)];
    for (const { caseId } of [kept, given]) {
      expect((await they.correct(caseId, 'anna.berg', { creditKind: 'goodwill' })).effect).toBe('corrected');
      await refused(caseId);
      expect((await openPayables(house.db, 'DE01', [caseId])).map(({ current }) => current)).toEqual([false]);
    }
    expect((await they.resolve(given.caseId, 'lars.thoma', 'reject', { reasonCode: 'PRI', payload: { reason: 'not wanted', target: 'supplier' } })).effect).toBe('rejected');
    for (const payment of payments) await reverseByHand('outgoing-payments', payment);
    expect((await they.resolve(kept.caseId, 'anna.berg', 'retry')).effect).toBe('resumed');
    const again = await house.caseWhen(kept.caseId, ({ progress: { postings } }) => postings.length > 1);
    expect(again.progress.postings.map(({ key, status }) => [key.split(':').at(-1), status])).toEqual([['1', 'reversed'], ['2', 'posted']]);

    await house.caseWhen(given.caseId, ({ progress: { state, exceptions } }) => state === 'rejected' || exceptions.length > 0);
    if ((await openExceptionsOf(house.db, given.caseId)).length > 0) await they.resolve(given.caseId, 'anna.berg', 'retry');
    const { progress } = await house.ended(given.caseId, 'rejected');
    expect(progress.postings.map(({ status }) => status)).toEqual(['reversed']);
  });

  it('a document that the ERP refuses because it has it already is posted, and nobody is asked', async () => {
    const { caseId, document } = await posted('4');
    const { id: assessmentId } = (await latestAssessment(house.db, caseId))!;
    const { progress: { postings: [posting] } } = await house.caseWhen(caseId, () => true);
    await sql(house.db, `update effects set state = 'idle', outcome = null, recorded_at = null, lease_until = clock_timestamp() where key = :key`, { key: posting!.key });
    const port = { postSupplierInvoice: async () => ({ outcome: 'refused', code: 'DUPLICATE', message: 'This invoice is entered.' }), findByExternalReference: async () => ({ documentNumber: document.documentNo }) };
    const parts = { db: house.db, now: () => new Date(), processEpoch: await databaseEpoch(house.db), erpOf: async () => ({ system: 'erp:sandbox', longestCallMs: 1_000, settleWindowMs: 0, port }) } as unknown as PayablesParts;
    expect(await postSupplierInvoice(parts, { entity: 'DE01', caseId, correlationId: 'test', assessmentId, key: posting!.key }, 1)).toMatchObject({ outcome: 'posted', reference: document.documentNo });
    expect(await openExceptionsOf(house.db, caseId)).toEqual([]);
  });

  it('M19: what was corrected after it had been posted blocked is not released as it was before, and somebody hears why', async () => {
    const { caseId, document } = await posted('9');
    const { id: assessmentId } = (await latestAssessment(house.db, caseId))!;
    const { progress: { postings: [posting] } } = await house.caseWhen(caseId, () => true);
    const words = 'Locked by Frieda Kasse of the accounts office.';
    const setPaymentBlock = vi.fn(async () => ({ outcome: 'refused', code: 'ASKED', message: words }));
    const reverseDocument = async () => ({ outcome: 'refused', code: 'PAID', message: words });
    const parts = { db: house.db, now: () => new Date(), processEpoch: await databaseEpoch(house.db), erpOf: async () => ({ system: 'erp:sandbox', longestCallMs: 1_000, settleWindowMs: 0, port: { setPaymentBlock, reverseDocument, findByExternalReference: async () => undefined } }) } as unknown as PayablesParts;
    const command = { entity: 'DE01', caseId, correlationId: 'test', postingKey: posting!.key };
    const release = () => releaseSupplierInvoice(parts, { ...command, assessmentId, key: `${posting!.key}:release` }, 1);
    const told = async () => (await openExceptionsOf(house.db, caseId)).map(({ id, title, suggestion }) => ({ id, title, suggestion }));
    await expect(reverseSupplierInvoice(parts, { ...command, key: `${posting!.key}:reverse`, reason: 'corrected' }, 1), 'an early version, which is parked').rejects.toThrow(/^The ERP refuses the reversal \(PAID\)\.$/);
    const asked = await release();
    expect(asked).toMatchObject({ outcome: 'refused', transitions: [{ kind: 'exception-opened', owner: 'ap-clerk' }, { kind: 'awaiting' }] });
    expect(JSON.stringify(asked), 'what goes into the history').not.toContain('Frieda');
    const byErp = { id: asked.reference, title: `The ERP refused to release ${document.documentNo} for payment: ASKED`, suggestion: expect.stringContaining(words) };
    expect(await told()).toEqual([byErp]);

    const { id } = await they.propose(caseId, { update: 'correct', decision: 'correct', person: 'anna.berg', payload: { correction: { creditKind: 'goodwill' } } });
    await sql(house.db, `update decisions set state = 'accepted', settled_at = clock_timestamp() where id = :id`, { id });
    const answer = await release();
    expect(setPaymentBlock).toHaveBeenCalledTimes(1);
    expect(answer).toMatchObject({ outcome: 'refused', transitions: [{ kind: 'exception-opened', owner: 'ap-clerk' }, { kind: 'awaiting' }] });
    expect(await told()).toEqual([byErp, { id: answer.reference, title: `The document was corrected after it had been posted as ${document.documentNo}`, suggestion: expect.any(String) }]);
    expect((await openPayables(house.db, 'DE01', [caseId])).map(({ current }) => current), 'nor is it paid').toEqual([false]);
  });
});
