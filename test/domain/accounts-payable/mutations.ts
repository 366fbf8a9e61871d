import type { Invoice } from '../../../domain/model/invoice.ts';
import { exact } from '../../../domain/rules/decimal.ts';
import { money, scaleMoney } from '../../../domain/rules/money.ts';
import { eur } from './facts.ts';

/** The same document as somebody else would have entered it; `pick` chooses among the ways. */
export type Mutation = (document: Invoice, pick: number) => Invoice;
const numbered = (change: (number: string, pick: number) => string): Mutation => (document, pick) => ({ ...document, number: change(document.number, pick) });
const gross = (change: (document: Invoice, pick: number) => Invoice['totals']['gross']): Mutation => (document, pick) => ({ ...document, totals: { ...document.totals, gross: change(document, pick) } });
const stranger = (document: Invoice, name: string): Invoice => ({ ...document, seller: { name, ids: [] } });

/** D12: what must be found of each pattern, in percent. */
export const patterns: { pattern: string; atLeast: number; mutate: Mutation }[] = [
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
