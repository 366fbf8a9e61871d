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
import { minorOf, money, scaleMoney } from '../../../domain/rules/money.ts';
import { exact } from '../../../domain/rules/decimal.ts';
import { filesBelow, hasPublicData } from '../../documents/invoice/public-files.ts';
import { eur, facts, invoice, line } from './facts.ts';

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

type Mutation = (document: Invoice, pick: number) => Invoice;
const numbered = (change: (number: string, pick: number) => string): Mutation => (document, pick) => ({ ...document, number: change(document.number, pick) });
const gross = (change: (document: Invoice, pick: number) => Invoice['totals']['gross']): Mutation => (document, pick) => ({ ...document, totals: { ...document.totals, gross: change(document, pick) } });
const stranger = (document: Invoice, name: string): Invoice => ({ ...document, seller: { name, ids: [] } });

const patterns: { pattern: string; atLeast: number; mutate: Mutation }[] = [
  { pattern: 'exact: case and outer spaces', atLeast: 100, mutate: numbered((number) => `  ${number.toLowerCase()} `) },
  { pattern: 'exact: another amount and date', atLeast: 100, mutate: (document, pick) => ({ ...document, issueDate: '2027-01-01', totals: { ...document.totals, gross: eur(String(pick + 1)) } }) },
  { pattern: 'normalised: other separators', atLeast: 100, mutate: numbered((number) => number.replaceAll(/[-/.]/g, ' ')) },
  { pattern: 'normalised: no separators', atLeast: 100, mutate: numbered((number) => number.replaceAll(/[-/.]/g, '')) },
  { pattern: 'normalised: leading zeros', atLeast: 100, mutate: numbered((number) => number.replace(/(\d+)/, '00$1')) },
  { pattern: 'fuzzy number: one to three characters more', atLeast: 95, mutate: numbered((number, pick) => `${number}${'-K2'.slice(0, 1 + (pick % 3))}${pick % 3 === 0 ? '9' : ''}`) },
  { pattern: 'fuzzy number: two characters exchanged', atLeast: 95, mutate: numbered(exchangeTwo) },
  { pattern: 'fuzzy number: O, I, S for 0, 1, 5', atLeast: 95, mutate: numbered((number) => number.replaceAll('0', 'O').replaceAll('1', 'I').replaceAll('5', 'S')) },
  { pattern: 'fuzzy vendor: other legal form and punctuation', atLeast: 95, mutate: (document) => stranger(document, document.seller.name.toUpperCase().replace(' GMBH', ' Ges.m.b.H. & Co. KG')) },
  { pattern: 'fuzzy vendor: a letter wrong', atLeast: 95, mutate: (document, pick) => stranger(document, misspell(document.seller.name, pick)) },
  { pattern: 'fuzzy date: within 30 days', atLeast: 95, mutate: (document, pick) => ({ ...document, issueDate: `${document.issueDate.slice(0, 8)}${String(1 + (pick % 28)).padStart(2, '0')}` }) },
  { pattern: 'fuzzy amount: digits exchanged', atLeast: 95, mutate: gross(({ totals }) => money('EUR', BigInt(exchangeTwo(totals.gross.minor, 1)))) },
  { pattern: 'fuzzy amount: one percent', atLeast: 95, mutate: gross(({ totals }, pick) => scaleMoney(totals.gross, exact(pick % 2 ? '1.0099' : '0.9901'))) },
  { pattern: 'fuzzy amount: gross is the net of the other', atLeast: 95, mutate: gross(({ totals }) => totals.net) },
];

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

/** Exchanges two neighbouring characters that differ, where there are any. */
function exchangeTwo(text: string, pick: number): string {
  const places = [...text].flatMap((character, index) => (index > 0 && /\w/.test(character) && /\w/.test(text[index - 1]!) && character !== text[index - 1] && !(index === 1 && character === '0') ? [index] : []));
  const at = places[pick % Math.max(1, places.length)];
  return at === undefined ? text : `${text.slice(0, at - 1)}${text[at]!}${text[at - 1]!}${text.slice(at + 1)}`;
}

function misspell(name: string, pick: number): string {
  const at = 2 + (pick % (name.length - 8));
  return `${name.slice(0, at)}${name[at] === 'x' ? 'y' : 'x'}${name.slice(at + 1)}`;
}
