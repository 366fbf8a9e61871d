import { beforeAll, expect, it } from 'vitest';
import { createPaymentFile } from '../../../activities/payments/create-payment-file.ts';
import type { PaymentParts } from '../../../activities/payments/parts.ts';
import { sendPaymentFile } from '../../../activities/payments/send-payment-file.ts';
import type { SubmissionAnswer } from '../../../adapters/ports/bank.ts';
import { readSandboxSet } from '../../../bin/services/sandbox-set.ts';
import { inTransaction, sql } from '../../../db/client.ts';
import { contentHash } from '../../../db/repositories/blobs.ts';
import { openExceptionsOf, readException, resolveException } from '../../../db/repositories/exceptions.ts';
import { databaseEpoch } from '../../../db/repositories/once.ts';
import { readRun, saveFile } from '../../../db/repositories/payment-runs.ts';
import { changeInstructions, itemsOf, toldByBank } from '../../../db/repositories/payments.ts';
import { seedSandbox } from '../../../db/seed.ts';
import { KontorError, type ErrorCode } from '../../../domain/errors.ts';
import { readSettings } from '../../../temporal-config/settings.ts';
import { describeWithDatabase } from '../../support/services.ts';
import { useDatabase } from '../../db/fixtures.ts';
import { aPayment, openCodes, stateOf, type SentPayment } from '../../db/payment-fixtures.ts';

const settleWindowMs = 30;
const refused = (code: string): SubmissionAnswer => ({ outcome: 'refused', code, message: 'because' });
const received: SubmissionAnswer = { outcome: 'received', reference: 'FILE-1' };
const fails = (code: ErrorCode) => new KontorError(code, 'as the test wants it');

describeWithDatabase('P7: a payment file that the bank refuses or may have', () => {
  const own = useDatabase();
  let names = 0;
  beforeAll(async () => {
    await seedSandbox(own.db, readSandboxSet(readSettings().home));
  });

  /** A run whose file is written and not sent, and a bank that says what the test puts into `answers` (to sends, one after the other) and `known`. */
  async function filed() {
    const payment = await aPayment(own.db, `send-${(names += 1)}`, { state: 'filed' });
    const { runId } = payment;
    const file = { messageId: runId, fileName: `${runId}.xml`, mediaType: 'application/xml', format: 'pain.001', text: `<file id="${runId}"/>`, transfers: 1, controlSum: '10.00' };
    await inTransaction(own.db, (trx) => saveFile(trx, runId, { sha256: contentHash(Buffer.from(file.text)), format: file.format }));
    const bank = { answers: [] as (SubmissionAnswer | KontorError)[], known: undefined as SubmissionAnswer | KontorError | undefined, sends: 0, enquiries: 0 };
    const spoken = (answer: SubmissionAnswer | KontorError | undefined) => (answer instanceof KontorError ? Promise.reject(answer) : Promise.resolve(answer));
    const port = {
      writeFile: () => file,
      submitFile: () => ((bank.sends += 1), spoken(bank.answers.shift() ?? fails('internal-error'))),
      findSubmission: () => ((bank.enquiries += 1), spoken(bank.known)),
    };
    const parts = { db: own.db, now: () => new Date(), processEpoch: await databaseEpoch(own.db), bankOf: () => ({ port, system: 'bank:test', settleWindowMs, longestCallMs: 1_000 }) } as unknown as PaymentParts;
    let attempt = 0;
    const send = () => sendPaymentFile(parts, { entity: 'DE01', caseId: runId, correlationId: 'c', key: `send:${runId}` }, { attempt: (attempt += 1), beat: () => undefined });
    const write = () => createPaymentFile(parts, { entity: 'DE01', caseId: runId, correlationId: 'c' }, () => undefined);
    return { ...payment, file, bank, write, send, open: async () => (await openExceptionsOf(own.db, runId)).map(({ code, ownerRole }) => `${code} ${ownerRole}`) };
  }
  const settled = () => new Promise((resolve) => setTimeout(resolve, settleWindowMs + 20));
  const isUnknown = async (sending: Promise<unknown>) => expect(await sending.catch((error: unknown) => error)).toMatchObject({ code: 'outcome-unknown' });
  /** What the run shows, its payment, and the document in it: only a rejected one is free for another payment. */
  const shown = async (payment: SentPayment) => {
    const [item] = await itemsOf(own.db, payment.runId);
    expect(item!.state, 'document and payment go together').toBe(await stateOf(own.db, payment));
    return [(await readRun(own.db, payment.runId))!.sendState, item!.state];
  };
  const say = (runId: string, by: string) => inTransaction(own.db, (trx) => resolveException(trx, `${runId}-e-repeat-refused`, { resolution: 'retry', by }));

  /** The first send got no answer, the bank knows nothing after its settle window, and the second send is answered so. */
  async function repeatAnswered(...answers: (SubmissionAnswer | KontorError)[]) {
    const run = await filed();
    run.bank.answers.push(fails('outcome-unknown'), ...answers);
    await isUnknown(run.send());
    await settled();
    return run;
  }

  it('a first refusal is the bank\'s word: every payment is rejected, and the run says so', async () => {
    const run = await filed();
    run.bank.answers.push(refused('AC02'));
    expect(await run.send()).toMatchObject({ outcome: 'refused', transitions: [{ status: 'refused', reference: 'AC02' }, { kind: 'exception-opened' }] });
    expect(await shown(run)).toEqual(['refused', 'rejected']);
    expect(await run.open()).toEqual(['counterpart-rejected treasurer']);
  });

  it('what is sent is what was filed: where the same run gives other bytes by now, nothing is sent, and the record of the file stays', async () => {
    const [first, repeat] = [await filed(), await repeatAnswered(received)];
    first.bank.answers.push(received);
    for (const run of [first, repeat]) {
      const [before, { sends }, filedHash] = [await shown(run), run.bank, contentHash(Buffer.from(run.file.text))];
      expect(await run.write(), 'the same bytes').toMatchObject({ messageId: run.runId, transitions: [{ kind: 'filed', fileHash: filedHash }] });
      run.file.text = `<file id="${run.runId}" of="another"/>`;
      expect(await run.write().catch((error: unknown) => error)).toMatchObject({ code: 'payment-file-invalid' });
      expect(await run.send().catch((error: unknown) => error)).toMatchObject({ code: 'payment-file-invalid' });
      expect([await shown(run), run.bank.sends]).toEqual([before, sends]);
      expect((await readRun(own.db, run.runId))!.fileSha256).toBe(filedHash);
    }
  });

  it.each(['DUPL', 'AM05', 'AC02', 'FF01'])('a repeat that is refused (%s) frees nothing: a treasurer asks, and nothing is sent again', async (code) => {
    const run = await repeatAnswered(refused(code));
    await isUnknown(run.send());
    expect(await shown(run)).toEqual(['unknown', 'unknown']);
    expect(await run.open()).toEqual(['repeat-refused treasurer']);
    for (let times = 0; times < 3; times += 1) {
      await settled();
      await isUnknown(run.send());
    }
    expect(run.bank.sends).toBe(2);
    expect(await run.open()).toEqual(['repeat-refused treasurer']);
    run.bank.known = received;
    expect(await run.send()).toMatchObject({ outcome: 'sent', transitions: [{ status: 'posted', reference: 'FILE-1' }, { kind: 'exception-closed', code: 'repeat-refused' }] });
    expect(await shown(run)).toEqual(['sent', 'sent']);
    expect(await run.open()).toEqual([]);
  });

  it('that the repeat did not reach the bank at first does not make it a first send', async () => {
    const run = await repeatAnswered(fails('counterpart-unavailable'), refused('AC02'));
    expect(await run.send().catch((error: unknown) => error)).toMatchObject({ code: 'counterpart-unavailable' });
    await isUnknown(run.send());
    expect(await shown(run)).toEqual(['unknown', 'unknown']);
  });

  it('the bank\'s own record of a refusal ends it', async () => {
    const run = await repeatAnswered(refused('DUPL'));
    await isUnknown(run.send());
    run.bank.known = refused('FF01');
    expect(await run.send()).toMatchObject({ outcome: 'refused', transitions: [{ reference: 'FF01' }, { kind: 'exception-opened' }, { kind: 'exception-closed' }] });
    expect(await shown(run)).toEqual(['refused', 'rejected']);
    expect(await run.open()).toEqual(['counterpart-rejected treasurer']);
  });

  it('a duplicate that the bank does not explain is no refusal, even of the first send', async () => {
    const run = await filed();
    run.bank.answers.push(refused('DUPL'));
    await isUnknown(run.send());
    expect(await shown(run)).toEqual(['unknown', 'unknown']);
    expect(await run.open()).toEqual(['repeat-refused treasurer']);
  });

  it('a record that names nothing but a refused repeat does not say that nothing was taken', async () => {
    const run = await repeatAnswered();
    run.bank.known = refused('DUPL');
    await isUnknown(run.send());
    expect(run.bank.sends).toBe(1);
    expect(await run.open()).toEqual(['repeat-refused treasurer']);
  });

  it('a refusal after which the bank cannot be asked is unknown', async () => {
    const run = await filed();
    run.bank.answers.push(refused('DUPL'));
    run.bank.known = fails('counterpart-unavailable');
    await isUnknown(run.send());
    expect(await shown(run)).toEqual(['unknown', 'unknown']);
  });

  it.each(['in-process', 'settled-at-bank', 'confirmed'])('P8: what the bank has said of a payment (%s) proves that it has the file, whatever its list says', async (state) => {
    const run = await repeatAnswered();
    await inTransaction(own.db, (trx) => changeInstructions(trx, run.runId, [{ endToEndId: run.endToEndId, state }]));
    run.bank.known = state === 'confirmed' ? refused('FF01') : undefined;
    expect(await run.send()).toMatchObject({ outcome: 'sent' });
    expect(run.bank.sends).toBe(1);
    expect(await shown(run)).toEqual(['sent', state]);
    expect((await openCodes(own.db)).filter((code) => code === 'bank-contradiction')).toHaveLength(state === 'confirmed' ? 1 : 0);
  });

  it('P8: a report that rejects every payment confirms the refusal of a repeat', async () => {
    const run = await repeatAnswered(refused('FF01'));
    await inTransaction(own.db, (trx) => changeInstructions(trx, run.runId, [{ endToEndId: run.endToEndId, state: 'rejected', bankStatus: 'RJCT', reasonCode: 'FF01' }]));
    expect(await toldByBank(own.db, run.runId)).toBe('rejected');
    expect(await run.send()).toMatchObject({ outcome: 'sent' });
    expect(run.bank.sends, 'it has the file').toBe(1);
    expect(await shown(run), 'the run ends as rejected').toEqual(['sent', 'rejected']);
  });

  it('P8: a payment that is booked while the refusal is being recorded stays, and so does every other', async () => {
    const run = await filed();
    const other = `${run.endToEndId}-2`;
    await sql(own.db, `insert into payment_instructions select (jsonb_populate_record(p, jsonb_build_object('end_to_end_id', :other::text))).* from payment_instructions p where run_id = :runId`, { other, runId: run.runId });
    await sql(own.db, `create function booked() returns trigger language plpgsql as $$ begin update payment_instructions set state = 'confirmed' where run_id = new.run_id and end_to_end_id like '%-2'; return new; end $$`);
    await sql(own.db, `create trigger booked before update on payment_runs for each row when (new.send_state = 'refused') execute function booked()`);
    run.bank.answers.push(refused('FF01'));
    await isUnknown(run.send()).finally(() => sql(own.db, 'drop function booked cascade'));
    expect(await shown(run)).toEqual(['unknown', 'unknown']);
    expect((await openCodes(own.db)).filter((code) => code === 'bank-contradiction')).toHaveLength(2);
    expect(await sql(own.db, `select 1 from inbound_events where payload ->> 'endToEndId' in (:first, :other)`, { first: run.endToEndId, other })).toEqual([]);
  });

  it.each(['counterpart-unreadable', 'internal-error'] as const)('F3: an answer that nobody can read (%s) leaves the outcome unknown', async (code) => {
    const run = await filed();
    run.bank.answers.push(fails(code));
    expect(await run.send().catch((error: unknown) => error)).toMatchObject({ code });
    expect(await shown(run)).toEqual(['unknown', 'unknown']);
  });

  it('what certainly was not sent is still only filed', async () => {
    const run = await filed();
    run.bank.answers.push(fails('counterpart-unavailable'));
    expect(await run.send().catch((error: unknown) => error)).toMatchObject({ code: 'counterpart-unavailable' });
    expect(await shown(run)).toEqual(['none', 'filed']);
  });

  it('where a treasurer says that the bank has nothing, the file is sent once more, and the answer counts', async () => {
    const run = await repeatAnswered(refused('DUPL'), fails('outcome-unknown'), refused('AC02'));
    await isUnknown(run.send());
    await say(run.runId, 'vera.noll');
    await settled();
    await isUnknown(run.send());
    expect(await run.open(), 'nobody heard the answer').toEqual(['repeat-refused treasurer']);
    await settled();
    await isUnknown(run.send());
    expect(run.bank.sends, 'one word, one send').toBe(3);
    await say(run.runId, 'vera.noll');
    await settled();
    expect(await run.send()).toMatchObject({ outcome: 'refused' });
    expect(await shown(run)).toEqual(['refused', 'rejected']);
    expect(await run.open()).toEqual(['counterpart-rejected treasurer']);
  });

  it.each([refused('DUPL'), undefined])('a duplicate that the bank still names after she asked it (record: %o) frees the documents', async (known) => {
    const run = await filed();
    run.bank.answers.push(refused('DUPL'), refused('DUPL'));
    run.bank.known = known;
    await isUnknown(run.send());
    await settled();
    await isUnknown(run.send());
    expect(run.bank.sends).toBe(1);
    await say(run.runId, 'vera.noll');
    expect(await run.send()).toMatchObject({ outcome: 'refused', transitions: [{ reference: 'DUPL' }, { kind: 'exception-opened' }, { kind: 'exception-closed', code: 'repeat-refused' }] });
    expect(run.bank.sends).toBe(2);
    expect(await shown(run)).toEqual(['refused', 'rejected']);
    expect(await run.open()).toEqual(['counterpart-rejected treasurer']);
  });

  it('P8: what the bank has said of a payment outweighs her word', async () => {
    const run = await repeatAnswered(refused('DUPL'), refused('DUPL'));
    await isUnknown(run.send());
    await say(run.runId, 'vera.noll');
    await settled();
    await inTransaction(own.db, (trx) => changeInstructions(trx, run.runId, [{ endToEndId: run.endToEndId, state: 'in-process', bankStatus: 'PDNG' }]));
    expect(await run.send()).toMatchObject({ outcome: 'sent' });
    expect(run.bank.sends).toBe(2);
  });

  it('P8: a report that calls the payments duplicates proves no receipt: the treasurer asks, and the record of a refusal outweighs it', async () => {
    const run = await repeatAnswered(refused('AM05'));
    await inTransaction(own.db, (trx) => changeInstructions(trx, run.runId, [{ endToEndId: run.endToEndId, state: 'unknown', bankStatus: 'RJCT', reasonCode: 'AM05' }]));
    expect(await toldByBank(own.db, run.runId)).toBe('repeated');
    await isUnknown(run.send());
    expect([run.bank.sends, await run.open()]).toEqual([1, ['repeat-refused treasurer']]);
    run.bank.known = refused('FF01');
    expect(await run.send()).toMatchObject({ outcome: 'refused', transitions: [{ reference: 'FF01' }, {}, {}] });
    expect(await shown(run)).toEqual(['refused', 'rejected']);
  });

  it('her word stands while the bank cannot be reached', async () => {
    const run = await repeatAnswered(refused('DUPL'), fails('counterpart-unavailable'), fails('counterpart-unavailable'), received);
    await isUnknown(run.send());
    await say(run.runId, 'vera.noll');
    await settled();
    for (let times = 0; times < 2; times += 1) {
      expect(await run.send().catch((error: unknown) => error)).toMatchObject({ code: 'counterpart-unavailable' });
      expect(await run.open()).toEqual([]);
    }
    expect(await run.send()).toMatchObject({ outcome: 'sent' });
    expect(await shown(run)).toEqual(['sent', 'sent']);
    expect(await run.open()).toEqual([]);
  });

  it('P11: what was never sent and is too late for its day stays here; what may have been sent goes its way', async () => {
    const late = ({ runId }: SentPayment) => sql(own.db, `update payment_runs set execution_date = '2026-01-05' where run_id = :runId`, { runId });
    const run = await filed();
    run.bank.answers.push(fails('counterpart-unavailable'), received);
    expect(await run.send().catch((error: unknown) => error)).toMatchObject({ code: 'counterpart-unavailable' });
    await late(run);
    expect(await run.send()).toMatchObject({ outcome: 'refused', transitions: [{ status: 'refused', reference: 'never sent: cut-off-missed' }, { kind: 'exception-opened' }] });
    expect(run.bank.sends).toBe(1);
    expect(await shown(run)).toEqual(['refused', 'rejected']);
    expect((await openExceptionsOf(own.db, run.runId)).map(({ title }) => title)).toEqual(['The payment file was never sent: cut-off-missed']);
    const repeat = await repeatAnswered(received);
    await late(repeat);
    expect(await repeat.send()).toMatchObject({ outcome: 'sent' });
  });

  it('where somebody else has it tried again, nothing is sent, and the treasurer is asked again', async () => {
    const run = await repeatAnswered(refused('AC02'), refused('AC02'));
    await isUnknown(run.send());
    await say(run.runId, 'arne.holt');
    await settled();
    await isUnknown(run.send());
    expect(run.bank.sends).toBe(2);
    expect(await shown(run)).toEqual(['unknown', 'unknown']);
    expect((await readException(own.db, `${run.runId}-e-repeat-refused`))?.state).toBe('open');
  });
});
