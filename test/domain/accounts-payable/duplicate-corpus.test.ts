import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import type { DuplicateCandidate } from '../../../domain/model/invoice-facts.ts';
import type { Invoice } from '../../../domain/model/invoice.ts';
import { documentKeys } from '../../../domain/rules/accounts-payable/document-number.ts';
import { findDuplicates } from '../../../domain/rules/accounts-payable/duplicates.ts';
import { compareText } from '../../../domain/rules/accounts-payable/findings.ts';
import { plainName } from '../../../domain/rules/accounts-payable/similarity.ts';
import { minorOf } from '../../../domain/rules/money.ts';
import { filesBelow, hasPublicData } from '../../documents/invoice/public-files.ts';
import { facts, invoice, line } from './facts.ts';
import { patterns } from './mutations.ts';

/** D12: recall on mutated copies, false positives on documents that nobody touched. Suppliers are told by the document alone. */

const flags = ['duplicate-exact', 'duplicate-normalised', 'duplicate-number-review', 'duplicate-fuzzy', 'duplicate-amount'];

function asCandidate(document: Invoice, caseId: string): DuplicateCandidate {
  const { k1, k2 } = documentKeys(document.number);
  return {
    caseId, state: 'posted', class: document.class, typeCode: document.typeCode, number: document.number, k1, k2, issueDate: document.issueDate, currency: document.currency, gross: document.totals.gross, net: document.totals.net,
    documentHash: caseId, preceding: document.references.preceding.map(({ number }) => number), sellerName: document.seller.name, ...(document.seller.vatId ? { vatId: document.seller.vatId } : {}), accounts: [],
  };
}

function flagged(document: Invoice, candidates: DuplicateCandidate[]): string[] {
  const observations = findDuplicates(facts({ invoice: document, supplierCandidates: [], duplicateCandidates: candidates }), undefined);
  return observations.filter(({ code }) => flags.includes(code)).map(({ relatedCase }) => relatedCase ?? '');
}

const names = ['Nordlicht Elektro', 'Huber Stahlbau', 'Papierkontor Weiss', 'Delta Logistik', 'Kranich Software', 'Oberland Energie', 'Sander Druckerei', 'Ritter Maschinen', 'Polar Kältetechnik', 'Vogt Gerüstbau', 'Amsel Catering', 'Werner Metall'];
const series: ((n: number) => string)[] = [(n) => `RE-2026-${String(n).padStart(4, '0')}`, (n) => `${100000 + n * 7}`, (n) => `A${n}/26`, (n) => `2026.${n}.KD`];

/** 240 documents of 12 suppliers in four number series, each amount once. */
const corpus: Invoice[] = Array.from({ length: 240 }, (_, index) => {
  const who = index % names.length;
  const number = series[who % series.length]!(50 + Math.floor(index / names.length) * 3);
  const document = invoice([line('1', `${120 + index * 3}.${String((index * 37) % 100).padStart(2, '0')}`, { orderNumber: undefined, orderLine: undefined })], { number, issueDate: `2026-${String(1 + (index % 10)).padStart(2, '0')}-${String(1 + (index % 27)).padStart(2, '0')}` });
  return { ...document, seller: { name: `${names[who]!} GmbH`, ids: [], vatId: `DE${100000000 + who * 1111}` } };
});
const candidates = corpus.map((document, index) => asCandidate(document, `c${index}`));

describe('D12: recall on mutated copies', () => {
  it.each(patterns)('$pattern: at least $atLeast %', ({ mutate, atLeast }) => {
    const picks = fc.sample(fc.nat({ max: 1000 }), { numRuns: corpus.length, seed: 12 });
    const found = corpus.filter((document, index) => flagged(mutate(document, picks[index]!), candidates).includes(`c${index}`));
    expect((found.length * 100) / corpus.length).toBeGreaterThanOrEqual(atLeast);
  });
});

describe('D12: false positives', () => {
  it('on generated documents that nobody touched: at most 1 %', () => {
    const wrong = corpus.filter((document, index) => flagged(document, candidates.filter((candidate) => candidate.caseId !== `c${index}`)).length > 0);
    expect(wrong.length * 100).toBeLessThanOrEqual(corpus.length);
  });

  it.skipIf(!hasPublicData)('on public documents: at most 1 %, none on the credit-note trio', async () => {
    const files = filesBelow('invoices').filter((file) => /\.(xml|edi|edifact|txt)$/i.test(file));
    const read = await Promise.all(files.map(async (file) => ({ file, result: await readInvoice(new Uint8Array(readFileSync(file))) })));
    const documents = read.flatMap(({ file, result }) => (result.ok ? [{ file, invoice: result.invoice }] : []));
    expect(documents.length).toBeGreaterThan(50);
    const all = documents.map(({ file, invoice: document }) => asCandidate(document, file));
    const wrong = documents.filter(({ file, invoice: document }) => {
      // The same document in another syntax, and the same number once more, are meant to be found.
      const others = all.filter((candidate) => candidate.caseId !== file && !isSameDocument(document, candidate));
      return flagged(document, others).length > 0;
    });
    console.log(`public documents: ${documents.length} read, false positives: ${wrong.map(({ file }) => basename(file)).sort(compareText).join(', ') || 'none'}`);
    expect(wrong.length * 100).toBeLessThanOrEqual(documents.length);
    const trio = documents.filter(({ file }) => basename(file).startsWith('BIS_Billing_30-Kreditering'));
    for (const { invoice: document, file } of trio) expect(flagged(document, trio.filter((entry) => entry.file !== file).map((entry) => asCandidate(entry.invoice, entry.file)))).toEqual([]);
  });
});

function isSameDocument(document: Invoice, candidate: DuplicateCandidate): boolean {
  const keys = documentKeys(document.number);
  const sameSeller = plainName(document.seller.name) === plainName(candidate.sellerName) || (document.seller.vatId !== undefined && document.seller.vatId === candidate.vatId);
  return (keys.k1 === candidate.k1 || keys.k2 === candidate.k2) && (sameSeller || minorOf(document.totals.gross) === minorOf(candidate.gross));
}
