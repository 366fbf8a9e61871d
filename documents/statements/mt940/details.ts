import type { Counterparty, StatementReferences } from '../../../domain/model/bank-statement.ts';

/** What field :86: says of an entry, in whichever of its forms. */
export interface Details {
  text: string;
  endToEndId?: string;
  references: StatementReferences;
  counterparty?: Counterparty;
  returnReason?: string;
}

/** Reads :86: as `105?20…?32…` (the separator is the bank's), as `/EREF/…/REMI/…`, or as plain text. */
export function readDetails(lines: string[]): Details {
  const joined = lines.join('');
  const separator = /^\d{3}([^\w\s])(?=\d{2})/.exec(joined)?.[1];
  if (separator) return fromSubfields(subfields(joined.slice(3), separator));
  if (slashWord.test(joined)) return fromWords(joined);
  const sepa = sepaFields(lines.map((line) => line.trimEnd()).join(' '));
  return { ...fromSepa(sepa), text: plain(sepa.get('SVWZ') ?? lines.join(' ')) };
}

/** The separator may also stand in the text; then no two digits follow it, or the part continues the one before. */
function subfields(text: string, separator: string): [code: string, value: string][] {
  const found: [string, string][] = [];
  let last: [string, string] | undefined;
  for (const part of text.split(separator)) {
    if (startsWithTwoDigits(part)) found.push((last = [part.slice(0, 2), part.slice(2)]));
    else if (last !== undefined && part !== '') last[1] += separator + part;
  }
  return found;
}

function startsWithTwoDigits(part: string): boolean {
  return isDigit(part.charCodeAt(0)) && isDigit(part.charCodeAt(1));
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function fromSubfields(fields: [string, string][]): Details {
  let [purpose, name, number, iban, bank, booking] = ['', '', '', '', '', ''];
  for (const [code, value] of fields) {
    if (isPurpose(code)) purpose += value;
    else if (code === '32' || code === '33') name += value;
    else if (code === '38') iban += value;
    else if (code === '31') number += value;
    else if (code === '30') bank += value;
    else if (code === '00') booking += value;
  }
  const sepa = sepaFields(purpose);
  const details: Details = { ...fromSepa(sepa), text: plain(sepa.get('SVWZ') ?? purpose) || plain(booking) };
  const counterparty = partyOf({ name, account: iban || number, bank });
  if (counterparty) details.counterparty = counterparty;
  return details;
}

/** ?20 to ?29 and ?60 to ?63 carry the purpose. */
function isPurpose(code: string): boolean {
  return code.charCodeAt(0) === 50 || (code >= '60' && code <= '63');
}

const sepaWord = /(?:^|(?<=[\s?]|[^A-Z]))(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|RREF|BREF|RETR|PURP)\+/g;

/** `EREF+…SVWZ+…` → the value of each keyword; empty where the text has none. */
function sepaFields(text: string): Map<string, string> {
  if (!text.includes('+')) return new Map();
  const marks = [...text.matchAll(sepaWord)];
  return new Map(marks.map((mark, index) => [mark[1] as string, text.slice(mark.index + mark[0].length, marks[index + 1]?.index)]));
}

function fromSepa(sepa: Map<string, string>): Omit<Details, 'text'> {
  const references: StatementReferences = {};
  const [endToEndId, customer, mandate] = [given(sepa.get('EREF')), given(sepa.get('KREF')), given(sepa.get('MREF'))];
  if (customer) references.customer = customer;
  if (mandate) references.mandate = mandate;
  return endToEndId ? { endToEndId, references } : { references };
}

const words = 'EREF|REMI|NAME|IBAN|BIC|MARF|CSID|TRTP|RTRN|PREF|ORDP|BENM|CNTP|ISDT|PURP|SVCL|ADDR|TRCD|IREF|KREF|TRID|ULTC|ULTD|ULTB|OCMT|CHGS|EXCH|PT|FT|PY|ACCW|INIT';
const slashWord = new RegExp(`^/(${words})/`);

function fromWords(text: string): Details {
  const values = new Map<string, string>();
  const marks = [...text.matchAll(new RegExp(`/(${words})/`, 'g'))].filter((mark) => mark[1] !== undefined);
  marks.forEach((mark, index) => {
    const value = text.slice(mark.index + mark[0].length, marks[index + 1]?.index);
    if (!values.get(mark[1] as string)) values.set(mark[1] as string, value);
  });
  const remittance = values.get('REMI') ?? values.get('PY') ?? '';
  const structured = given(/^STRD\/\w*\/([^/]+)/.exec(remittance)?.[1]);
  const [account, bank, name] = values.get('CNTP')?.split('/') ?? [values.get('IBAN'), values.get('BIC'), values.get('NAME')];
  const counterparty = partyOf({ name, account, bank });
  const endToEndId = given(values.get('EREF'));
  const returnReason = given(values.get('RTRN'));
  const [mandate, paymentInformation, customer] = [given(values.get('MARF')), given(values.get('PREF')), given(values.get('KREF'))];
  return {
    text: structured ?? (plain(remittance.replace(/^(USTD|STRD)\/\/?/, '').replace(/\/+$/, '')) || (values.has('REMI') ? '' : plain(text))),
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

function partyOf(parts: Record<'name' | 'account' | 'bank', string | undefined>): Counterparty | undefined {
  const party: Counterparty = {};
  const [name, account, bank] = [plain(parts.name ?? ''), plain(parts.account ?? ''), plain(parts.bank ?? '')];
  if (name) party.name = name;
  if (account) party.account = account;
  if (bank) party.bank = bank;
  return name || account || bank ? party : undefined;
}

/** The trimmed text, or undefined for what banks write where nothing was given. */
export function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim().replace(/\/+$/, '');
  return trimmed && !/^(NONREF|NOTPROVIDED|NOT PROVIDED)$/i.test(trimmed) ? trimmed : undefined;
}

const folded = /\s\s|[^\S ]/;

export function plain(text: string): string {
  return (folded.test(text) ? text.replace(/\s+/g, ' ') : text).trim();
}
