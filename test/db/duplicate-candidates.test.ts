import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { duplicateQuery } from '../../activities/accounts-payable/facts.ts';
import { inTransaction } from '../../db/client.ts';
import { claimInvoiceKey, findDuplicateCandidates, type InvoiceKey } from '../../db/repositories/invoice-keys.ts';
import type { DuplicateCandidate, InvoiceFacts } from '../../domain/model/invoice-facts.ts';
import type { Supplier } from '../../domain/model/supplier.ts';
import { documentKeys } from '../../domain/rules/accounts-payable/document-number.ts';
import { findDuplicates } from '../../domain/rules/accounts-payable/duplicates.ts';
import { money, noMoney } from '../../domain/rules/money.ts';
import { facts, supplier as supplierOf } from '../domain/accounts-payable/facts.ts';
import { describeWithDatabase } from '../support/services.ts';
import { aCase, useDatabase } from './fixtures.ts';

/** Few values of each field, so that most documents share something: numbers under several forms, names written otherwise, marks of one vendor on another. */
const numbers = ['1001', '01001', 'R-1001', 'R1001', 'R-01001', '1010', 'INV-2026-017', 'INV-2026-17', 'INV2026017', '10017'];
const names = ['Müller & Söhne GmbH', 'MULLER SOHNE', 'Mueller und Soehne KG', 'Muller Sohn AG', 'Quite Other Inc', 'QUITE OTHER LTD.', ''];
const taxIds = [undefined, 'DE111111111', 'de 111 111 111', 'DE222222222'];
const accounts = [undefined, 'DE02120300000000202051', 'DE75500999000010000104'];
const groups = [undefined, 'G1', 'G2', 'G3'];
const dates = ['2026-01-05', '2026-10-01', '2026-11-02', '2026-11-03', '2026-11-20'];
const grosses = [11_900n, 11_910n, 19_100n, 23_800n, 10_000n];

const documentArbitrary = fc.record({
  number: fc.constantFrom(...numbers), name: fc.constantFrom(...names), taxId: fc.constantFrom(...taxIds), account: fc.constantFrom(...accounts), group: fc.constantFrom(...groups),
  date: fc.constantFrom(...dates), gross: fc.constantFrom(...grosses), preceding: fc.option(fc.constantFrom(...numbers), { nil: undefined, freq: 6 }),
});
type Document = typeof documentArbitrary extends fc.Arbitrary<infer T> ? T : never;

describeWithDatabase('look-alikes that the database finds (D1 to D9)', () => {
  const own = useDatabase();
  const stored: DuplicateCandidate[] = [];

  beforeAll(async () => {
    const keys: InvoiceKey[] = [];
    for (const [index, document] of fc.sample(documentArbitrary, { numRuns: 200, seed: 7 }).entries()) keys.push(keyOf(await aCase(own.db, `look-alike-${index}`), document));
    await inTransaction(own.db, async (trx) => {
      for (const key of keys) await claimInvoiceKey(trx, key);
    });
    stored.push(...keys.map(candidateOf));
  });

  it('are all that the rules would find among all documents there are', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(documentArbitrary, async (document) => {
        const { world, supplier } = worldOf(document);
        const query = { ...duplicateQuery(world, supplier), limit: 1_000 };
        const judged = (duplicateCandidates: DuplicateCandidate[]) => findDuplicates({ ...world, duplicateCandidates }, supplier).map(({ code, relatedCase, score }) => `${relatedCase} ${code} ${score}`).sort();
        const told = judged(await findDuplicateCandidates(own.db, query));
        expect(told).toEqual(judged(stored));
        found += told.length;
      }),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(1_000);
  });
});

function keyOf(caseId: string, { number, name, taxId, account, group, date, gross, preceding }: Document): InvoiceKey {
  const keys = documentKeys(number);
  return {
    caseId, entity: 'DE01', ...(group ? { supplierId: `S-${group}`, supplierGroup: group } : {}), sellerName: name, class: 'invoice', typeCode: '380', documentHash: 'd'.repeat(64),
    scope: `override:${caseId}`, number, rawKey: keys.number, k1: keys.k1, k2: keys.k2, issueDate: date, gross: money('EUR', gross), net: money('EUR', netOf(gross)), accounts: account ? [account] : [],
    ...(taxId ? { vatId: taxId } : {}), preceding: preceding ? [preceding] : [],
  };
}

function candidateOf({ entity: _entity, scope: _scope, rawKey: _rawKey, ...key }: InvoiceKey): DuplicateCandidate {
  return { ...key, state: 'pending', currency: 'EUR', credited: noMoney('EUR'), open: key.gross };
}

/** The document as it arrives; a vendor that is known has the document's marks, another tax id at times. */
function worldOf({ number, name, taxId, account, group, date, gross, preceding }: Document): { world: InvoiceFacts; supplier: Supplier | undefined } {
  const base = facts();
  const { vatId: _vatId, ...seller } = base.invoice.seller;
  const { vatId: _known, ...someone } = supplierOf();
  const supplier: Supplier | undefined = group
    ? { ...someone, id: `S-${group}`, group, name, ...(group === 'G2' ? { vatId: 'DE222222222' } : taxId ? { vatId: taxId } : {}), bankAccounts: account ? [{ ...someone.bankAccounts[0]!, iban: account }] : [] }
    : undefined;
  const invoice = {
    ...base.invoice, number, issueDate: date, seller: { ...seller, name, ...(taxId ? { vatId: taxId } : {}) }, totals: { ...base.invoice.totals, gross: money('EUR', gross), net: money('EUR', netOf(gross)) },
    references: { ...base.invoice.references, preceding: preceding ? [{ number: preceding }] : [] },
  };
  return { world: { ...base, caseId: 'arriving', invoice }, supplier };
}

function netOf(gross: bigint): bigint {
  return gross === 11_900n ? 10_000n : gross - 1n;
}
