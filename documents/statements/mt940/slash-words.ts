import { given, plain } from '../plain-text.ts';
import type { Details } from './details.ts';
import { asId, asText, brk, brokenWords, run } from './joints.ts';
import { partyOf } from './party.ts';

const words = 'EREF|REMI|NAME|IBAN|BIC|MARF|CSID|TRTP|RTRN|PREF|ORDP|BENM|CNTP|BUSP|ISDT|PURP|SVCL|ADDR|TRCD|IREF|KREF|TRID|ULTC|ULTD|ULTB|OCMT|CHGS|EXCH|PT|FT|PY|ACCW|INIT';
const whole = new RegExp(`/(${words})/`, 'g');
const broken = new RegExp(`/\u0001?(${brokenWords(words)})\u0001?/`, 'g');
/** In the double slash style a word that is not known here ends the value before it all the same. */
const unknownWord = /\/\/[A-Z]{4}\//;

/** Lines of :86: as `/EREF/…/REMI/…`, which may follow a text of the bank; undefined where they are not in this form. */
export function fromSlashWords(lines: string[]): Details | undefined {
  if (!lines.some((line) => line.includes('/'))) return undefined;
  const text = linesAsOne(lines);
  const marks = [...text.matchAll(text.includes(brk) ? broken : whole)];
  const [first] = marks;
  const begins = first !== undefined && (text.slice(0, first.index).trim() === '' || (marks.length > 1 && /[\s\u0001\u0002]/.test(text[first.index - 1] ?? '')));
  if (!begins) return undefined;
  const values = new Map<string, string>();
  marks.forEach((mark, index) => {
    const word = asId(mark[1] as string);
    if (!asId(values.get(word) ?? '').trim()) values.set(word, text.slice(mark.index + mark[0].length, marks[index + 1]?.index));
  });
  return detailsOf(values, plain(asText(text)));
}

/** Banks fill their lines up to the last column, also in the middle of a word. */
function linesAsOne(lines: string[]): string {
  let text = '';
  for (const [index, line] of lines.entries()) text += (index === 0 || (lines[index - 1] as string).length >= 65 ? '' : line.startsWith('/') ? run : brk) + line;
  return text;
}

function detailsOf(values: Map<string, string>, text: string): Details {
  const id = (word: string): string | undefined => given(asId(values.get(word) ?? '').split(unknownWord)[0]);
  const remittance = asText(values.get('REMI') ?? values.get('PY') ?? '');
  const structured = given(/^STRD\/\w*\/([^/]+)/.exec(remittance)?.[1]);
  const counterparty = counterpartyOf(values);
  const [endToEndId, returnReason, mandate, paymentInformation, customer] = [id('EREF'), id('RTRN'), id('MARF'), id('PREF'), id('KREF')];
  return {
    text: structured ?? (plain(remittance.replace(/^(USTD|STRD)(?=\/)/, '').replace(/^\/+|\/+$/g, '')) || (values.has('REMI') ? '' : text)),
    ...(endToEndId ? { endToEndId } : {}),
    references: {
      ...(mandate ? { mandate } : {}),
      ...(paymentInformation ? { paymentInformation } : {}),
      ...(customer ? { customer } : {}),
      ...(structured ? { remittance: [structured] } : {}),
    },
    ...(counterparty ? { counterparty } : {}),
    ...(returnReason ? { returnReason } : {}),
  };
}

/** The other side in words of its own, or behind CNTP, ORDP or BENM: its account, where one is named, its bank and its name. */
function counterpartyOf(values: Map<string, string>): Details['counterparty'] {
  const own = (word: string): string | undefined => (values.has(word) ? asId(values.get(word) as string).split(unknownWord)[0] : undefined);
  if (values.has('CNTP')) {
    const [account, bank, name] = values.get('CNTP')?.split('/') ?? [];
    return partyOf({ account, bank, name });
  }
  const [account, bank] = own('ACCW')?.replace(/\s/g, '').split(',') ?? [];
  const named = { account: own('IBAN') ?? account, bank: own('BIC') ?? bank };
  if (own('NAME') !== undefined) return partyOf({ ...named, name: own('NAME') });
  const side = own('ORDP') || own('BENM') || '';
  const parts = side.split('/');
  if (!isAccount(parts[0] ?? '')) return partyOf({ ...named, name: side });
  return partyOf(isBic(parts[1] ?? '') && parts[2] ? { account: parts[0], bank: parts[1], name: parts[2] } : { account: parts[0], bank: named.bank, name: parts[1] });
}

function isAccount(text: string): boolean {
  return /^(\d{8,}|[A-Z]{2}\d{2}[A-Z0-9]{8,30})$/.test(asId(text).trim());
}

function isBic(text: string): boolean {
  return /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(asId(text).trim());
}
