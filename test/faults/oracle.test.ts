import { afterAll, beforeAll, expect, it } from 'vitest';
import { toInvoiceBody } from '../../adapters/erp/sandbox/translate.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { sql } from '../../db/client.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';

/** A judge that never complains is worthless: each defect is planted in a healthy house, one after the other, and has to be seen. */
describeWithServices('the judge of the fault tests', () => {
  let house: House;
  let caseId: string;
  let key: string;

  beforeAll(async () => {
    house = await openHouse();
    const worker = await house.startWorker();
    await house.firstPoll('DE01');
    caseId = (await submit(house.db, billed({ lines: [{ orderNumber: '4500000118', orderLine: '10', quantity: '11', price: '10.00' }] }))).caseId;
    const { progress } = await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'posted');
    key = progress.postings[0]!.key;
    await worker.stop();
  });
  afterAll(() => house.dispose());

  const complaints = async (accepted = [caseId]) => (await judge(house, accepted)).broken.map((sentence) => sentence.slice(0, 2));
  /** What a worker without `once` would do: send again, without an enquiry. */
  const sendAgain = async (externalReference: string) => {
    const { posting } = (await latestAssessment(house.db, caseId))!.result;
    await house.sandbox.post('/erp/DE01/supplier-invoices', toInvoiceBody({ ...posting!, externalReference, correlationId: 'planted' }));
  };
  const asSuperuser = (statement: string) => house.db.transaction(async (trx) => {
    await sql(trx, `set local session_replication_role = replica`);
    await sql(trx, statement);
  });

  it('is content with a healthy house', async () => {
    expect(await complaints()).toEqual([]);
  });

  it('sees a document that was accepted and lost (I1)', async () => {
    expect(await complaints([caseId, 'DE01-26-999999'])).toEqual(['I1']);
  });

  it('sees a second document under a key, sent without an enquiry (I2, I7)', async () => {
    await sendAgain(key);
    await asSuperuser(`update effects set sends = 2 where key = '${key}'`);
    expect(await complaints()).toEqual(['I2', 'I7']);
  });

  it('sees a document under a key of its own (I3)', async () => {
    await sendAgain('ap-invoice:random');
    expect(await complaints()).toContain('I3');
  });

  it('sees another amount than ours (I3)', async () => {
    await asSuperuser(`update postings set amount_minor = amount_minor + 1 where key = '${key}'`);
    expect((await judge(house, [caseId])).broken.some((sentence) => sentence.startsWith('I3') && sentence.includes('for us and'))).toBe(true);
  });
});
