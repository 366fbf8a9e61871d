import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../db/client.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { activatePolicy, importPolicy } from '../../db/repositories/policies.ts';
import { readEntity } from '../../documents/policy/read-policy.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { payments } from '../support/payments.ts';
import { describeWithServices } from '../support/services.ts';

/** A third company is a file; one whose tolerances nobody has put in force parks its documents until somebody does. */
const order = (orderNo: string) => ({
  orderNo, vendorNo: '300001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt',
  items: [{ itemNo: '10', text: 'Halter', orderedQty: '100', netPrice: '10.00', commodityGroup: 'PARTS', glAccount: '400100', costCenter: 'CC-4100', plantCode: '1000', goodsRecipient: 'petra.lang' }],
});
const vendor = { vendorNo: '300001', legalName: 'Stahlwerk Nordheim GmbH', countryCode: 'DE', currencyCode: 'EUR', vatRegNo: 'DE812649307', commodityGroup: 'PARTS', banking: [{ bankKey: 'B1', holder: 'Stahlwerk Nordheim GmbH', countryCode: 'DE', iban: 'DE59500999000010000101' }] };
const company = (companyCode: string, name: string) => ({ companyCode, company: { name, countryCode: 'DE', currencyCode: 'EUR' }, vendors: [vendor], orders: [order(`${companyCode}-1`)], movements: [{ movementType: '101', orderNo: `${companyCode}-1`, itemNo: '10', qty: '100', postingDate: '2026-11-16', postedBy: 'petra.lang' }] });

/** What somebody writes to add a company: the shipped file with other names. */
const fileOf = (id: string, name: string, tolerances: string) =>
  readFileSync('policies/entities/DE01.yaml', 'utf8')
    .replaceAll('DE01', id).replace('Muster Maschinenbau GmbH', name).replace(/aliases: .*/, 'aliases: []')
    .replace(/vatIds: .*/, 'vatIds: []').replace(/buyerIds: .*/, 'buyerIds: []').replace('tolerances: standard-eur', `tolerances: ${tolerances}`)
    .replace('payments: standard-eur', `payments: ${tolerances}`);

describeWithServices('companies by file', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  const tolerances: { content: Record<string, unknown>; source: string } = { content: {}, source: '' };
  const paying: typeof tolerances = { content: {}, source: '' };

  beforeAll(async () => {
    house = await openHouse({
      set: (shipped) => {
        const standard = shipped.policies.find(({ kind, name }) => kind === 'tolerances' && name === 'standard-eur')!;
        Object.assign(tolerances, { content: { ...(standard.content as object), name: 'third-company' }, source: standard.source });
        const terms = shipped.policies.find(({ kind, name }) => kind === 'payments' && name === 'standard-eur')!;
        Object.assign(paying, { content: { ...(terms.content as object), name: 'third-company' }, source: terms.source });
        const [model] = shipped.entities;
        const third = [['DE02', 'Dritte Firma GmbH', 'standard-eur'], ['DE03', 'Vierte Firma GmbH', 'third-company']].map(([id, name, policy]) => readEntity(fileOf(id!, name!, policy!), `${id}.yaml`));
        return { ...shipped, entities: [...shipped.entities, ...third.map((entity) => ({ ...entity, erp: { ...entity.erp, settings: { ...model!.erp.settings, ...entity.erp.settings } } }))] };
      },
    });
    they = people(house);
    await house.sandbox.post('/_sandbox/seed', company('DE02', 'Dritte Firma GmbH'));
    await house.sandbox.post('/_sandbox/seed', company('DE03', 'Vierte Firma GmbH'));
    await house.startWorker();
    await house.firstPoll('DE02');
  });
  afterAll(() => house.dispose());

  const enter = async (entity: string, name: string, quantity: string) => {
    const invoice = billed({ lines: [{ orderNumber: `${entity}-1`, orderLine: '10', quantity, price: '10.00' }], buyer: { name, vatId: undefined } });
    return (await submit(house.db, invoice, { submitter: 'system:edi' })).caseId;
  };

  const putInForce = (kind: 'tolerances' | 'payments', { content, source }: typeof tolerances) =>
    inTransaction(house.db, async (trx) => {
      const { version } = await importPolicy(trx, { kind, name: 'third-company', content, source, effectiveFrom: '2026-01-01', importedBy: 'person:lars.thoma', correlationId: 'test' });
      await activatePolicy(trx, { version, proposedBy: 'person:lars.thoma', approvedBy: 'person:oskar.lind', correlationId: 'test' });
    });

  it('a third company runs beside the others with its own ERP endpoint, numbers and chain', async () => {
    const caseId = await enter('DE02', 'Dritte Firma GmbH', '7');
    const { case: found, progress } = await house.stage(caseId, 'posted');
    expect(found).toMatchObject({ entity: 'DE02' });
    expect(progress.postings[0]!.key).toMatch(/^ap-invoice:DE02:300001:/);
    expect((await house.sandbox.ledger({ entity: 'DE02' })).documents.filter(({ docType }) => docType === 'INV')).toHaveLength(1);
  });

  it('a step that cannot be done parks the case with an owner and resumes from there', async () => {
    const caseId = await enter('DE03', 'Vierte Firma GmbH', '9');
    const parked = await house.stage(caseId, 'parked');
    expect(parked.progress).toMatchObject({ state: 'running', exceptions: [{ code: 'policy-not-active', owner: 'operator' }] });
    const [exception] = await openExceptionsOf(house.db, caseId);
    expect(exception).toMatchObject({ origin: 'technical', ownerRole: 'operator' });
    expect(Date.parse(exception!.dueAt)).toBeGreaterThan(Date.parse(exception!.createdAt));

    await putInForce('tolerances', tolerances);
    expect(await they.resolve(caseId, 'mira.sanders', 'retry')).toMatchObject({ effect: 'resumed' });
    const found = await house.stage(caseId, 'posted');
    expect(found.progress.exceptions).toEqual([]);
    expect(await openExceptionsOf(house.db, caseId)).toEqual([]);
    expect(await auditOf(house.db, caseId)).toEqual(expect.arrayContaining(['invoice.parked', 'invoice.resumed', 'invoice.posting']));
  });

  it('a payment run that cannot go on is parked as well, and resumed by whoever looks after it, by nobody else', async () => {
    const runId = await payments(house, they).open({ entity: 'DE03' });
    const parked = await house.stage(runId, 'parked');
    expect(parked.progress).toMatchObject({ state: 'running', exceptions: [{ code: 'policy-not-active', owner: 'operator' }] });
    expect(await outcomeOf(they.resolve(runId, 'anna.berg', 'retry'))).toBe('not-permitted');
    expect(await outcomeOf(they.resolve(runId, 'mira.sanders', 'override'))).toBe('request-invalid');
    await putInForce('payments', paying);
    expect(await they.resolve(runId, 'mira.sanders', 'retry')).toMatchObject({ effect: 'resumed' });
    await house.caseWhen(runId, ({ case: { stage }, progress }) => stage === 'approval' && progress.exceptions.length === 0);
    expect(await openExceptionsOf(house.db, runId)).toEqual([]);
    expect(await auditOf(house.db, runId)).toEqual(expect.arrayContaining(['payment-run.parked', 'payment-run.resumed', 'payment-run.proposed']));
  });

  it('D1: an exact duplicate has ended before anybody could override or correct it', async () => {
    const invoice = billed({ number: 'D1-77', lines: [{ orderNumber: '4500000116', orderLine: '10', quantity: '3', price: '36.00' }] });
    const first = await submit(house.db, invoice);
    await house.stage(first.caseId, 'posted');
    const second = await submit(house.db, { ...invoice, number: ' d1-77', issueDate: '2026-11-17' });
    const found = await house.ended(second.caseId, 'duplicate');
    expect(found.progress.exceptions).toEqual([]);
    expect(found.progress.postings).toEqual([]);
    expect(await outcomeOf(they.correct(second.caseId, 'lars.thoma', { dueDate: '2026-12-31' }))).toBe('already-decided');
  });
});
