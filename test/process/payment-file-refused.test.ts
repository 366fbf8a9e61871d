import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PaymentParts } from '../../activities/payments/parts.ts';
import { sendPaymentFile } from '../../activities/payments/send-payment-file.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf } from '../../db/repositories/payments.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import type { SandboxSet } from '../../db/seed.ts';
import { wire, type Wiring } from '../../workers/wire.ts';
import { paymentRunProcess } from '../../workflows/contracts/payment-run.ts';
import { openHouse, type House } from '../support/house.ts';
import { payments } from '../support/payments.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** The bank does not take files of DE01 over a connection that was made for another account. */
const wrongConnection = (shipped: SandboxSet): SandboxSet => ({
  ...shipped,
  entities: shipped.entities.map((entity) => (entity.id === 'DE01' && entity.bank ? { ...entity, bank: { ...entity.bank, settings: { ...entity.bank.settings, transport: { ...(entity.bank.settings['transport'] as object), baseUrl: 'sandbox:/bank/accounts/DE75512108001245126199/' } } } } : entity)),
});

describeWithServices('P7: a file that the bank refuses', () => {
  let house: House;
  let pay: ReturnType<typeof payments>;
  let wiring: Wiring;

  beforeAll(async () => {
    house = await openHouse({ set: wrongConnection });
    pay = payments(house, people(house));
    await house.startWorker();
    await house.firstPoll('DE01');
    wiring = await wire(house.settings, { databaseUrl: house.settings.databaseUrl as string, poolSize: 2 });
  });
  afterAll(async () => {
    await wiring?.close();
    await house?.dispose();
  });

  /** The bank as it is, which takes whatever comes from now on. */
  const takesEverything = (submitted: string[]): PaymentParts => ({
    ...wiring.parts,
    bankOf(entity) {
      const access = wiring.parts.bankOf(entity)!;
      const port = { ...access.port, findSubmission: () => Promise.resolve(undefined), submitFile: ({ messageId }: { messageId: string }) => Promise.resolve({ outcome: 'received' as const, reference: `TAKEN-${submitted.push(messageId)}` }) };
      return { ...access, port };
    },
  });

  it('is not sent again where the process did not hear of the refusal, whatever the bank would say by then', async () => {
    const caseId = await pay.posted('4');
    const runId = await pay.proposed();
    await pay.release(runId);
    await house.ended(runId, 'rejected');
    await house.stage(caseId, 'payment-rejected');
    const submitted: string[] = [];
    const { case: { correlationId } } = await house.caseWhen(runId, () => true);
    const again = await sendPaymentFile(takesEverything(submitted), { entity: 'DE01', caseId: runId, correlationId, key: `${paymentRunProcess}:${runId}:send:1` }, { attempt: 2, beat: () => undefined });
    expect(submitted).toEqual([]);
    expect(again).toMatchObject({ outcome: 'refused', transitions: [{ kind: 'posting', status: 'refused', reference: 'AC02' }, { kind: 'exception-opened', exceptionId: `${runId}-e-refused` }] });
    expect((await readRun(house.db, runId))!.sendState).toBe('refused');
    expect((await instructionsOf(house.db, runId)).map(({ state }) => state)).toEqual(['rejected']);
    expect((await openExceptionsOf(house.db, runId)).map(({ code }) => code)).toEqual(['counterpart-rejected']);
  });
});
