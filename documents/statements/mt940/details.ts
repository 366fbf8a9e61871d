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

function subfields(text: string, separator: string): [string, string][] {
  const found: [string, string][] = [];
  for (const part of text.split(separator)) {
    const last = found.at(-1);
    // The separator may also stand in the text; then no two digits follow it, or the part continues the one before.
    if (/^\d{2}/.test(part)) found.push([part.slice(0, 2), part.slice(2)]);
    else if (last && part !== '') last[1] += `${separator}${part}`;
  }
  return found;
}

function fromSubfields(fields: [string, string][]): Details {
  const join = (wanted: RegExp) => fields.filter(([code]) => wanted.test(code)).map(([, value]) => value).join('');
  const purpose = join(/^(2\d|6[0-3])$/);
  const sepa = sepaFields(purpose);
  const details = fromSepa(sepa);
  const counterparty = partyOf({ name: join(/^3[23]$/), account: join(/^38$/) || join(/^31$/), bank: join(/^30$/) });
  return { ...details, text: plain(sepa.get('SVWZ') ?? purpose) || plain(join(/^00$/)), ...(counterparty ? { counterparty } : {}) };
}

const sepaWord = /(?:^|(?<=[\s?]|[^A-Z]))(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|RREF|BREF|RETR|PURP)\+/g;

/** `EREF+…SVWZ+…` → the value of each keyword; empty where the text has none. */
function sepaFields(text: string): Map<string, string> {
  const marks = [...text.matchAll(sepaWord)];
  return new Map(marks.map((mark, index) => [mark[1] as string, text.slice(mark.index + mark[0].length, marks[index + 1]?.index)]));
}

function fromSepa(sepa: Map<string, string>): Omit<Details, 'text'> {
  const endToEndId = given(sepa.get('EREF'));
  const [customer, mandate] = [given(sepa.get('KREF')), given(sepa.get('MREF'))];
  return { ...(endToEndId ? { endToEndId } : {}), references: { ...(customer ? { customer } : {}), ...(mandate ? { mandate } : {}) } };
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
  const stated = Object.entries(parts).flatMap(([key, value]): [string, string][] => (plain(value ?? '') ? [[key, plain(value as string)]] : []));
  return stated.length > 0 ? Object.fromEntries(stated) : undefined;
}

/** The trimmed text, or undefined for what banks write where nothing was given. */
export function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim().replace(/\/+$/, '');
  return trimmed && !/^(NONREF|NOTPROVIDED|NOT PROVIDED)$/i.test(trimmed) ? trimmed : undefined;
}

export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
