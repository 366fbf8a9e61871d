import type { Counterparty, StatementReferences } from '../../../domain/model/bank-statement.ts';
import { plain } from '../plain-text.ts';
import { joined } from './joints.ts';
import { partyOf } from './party.ts';
import { readSepaWords } from './sepa-words.ts';
import { fromSlashWords } from './slash-words.ts';

/** What field :86: says of an entry, in whichever of its forms. */
export interface Details {
  text: string;
  endToEndId?: string;
  references: StatementReferences;
  counterparty?: Counterparty;
  returnReason?: string;
}

/**
 * What stands before the first subfield: a code of three digits, which some banks repeat on a line of its own, or leave out where the
 * separator is unmistakable. Signs that numbers are written with separate nothing.
 */
const subfieldsBegin = /^(\d{3})\1?([^\w\s.,:+/-])(?=\d{2})|^([?<>~^|])(?=\d{2})/;

/** Subfields of the purpose with 27 characters and lines of 65 are full: what follows them goes on without a blank. */
const fullSubfield = 27;
const fullLine = 65;

/** Reads :86: as `105?20…?32…` (the separator is the bank's), as `/EREF/…/REMI/…`, or as plain text. */
export function readDetails(lines: string[]): Details {
  const whole = lines.join('');
  const begin = subfieldsBegin.exec(whole);
  const separator = begin?.[2] ?? begin?.[3];
  if (separator) return fromSubfields(subfields(whole.slice(begin?.[0].length), separator));
  return fromSlashWords(lines) ?? fromText(lines);
}

/** Where every line but the last is full, the bank cuts words at the end of the line; else each line ends between words. */
function fromText(lines: string[]): Details {
  const cut = lines.length > 1 && lines.slice(0, -1).every((line) => line.length >= fullLine);
  const { account, bank, ...found } = readSepaWords(joined(cut ? lines : lines.map((line) => line.trimEnd()), cut ? fullLine : Infinity));
  const counterparty = partyOf({ name: undefined, account, bank });
  return { ...found, ...(counterparty ? { counterparty } : {}) };
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
  let name = '';
  let number = '';
  let iban = '';
  let bank = '';
  let booking = '';
  const purpose: string[] = [];
  for (const [code, value] of fields) {
    if (isPurpose(code)) purpose.push(value);
    else if (code === '32' || code === '33') name += value;
    else if (code === '38') iban += value;
    else if (code === '31') number += value;
    else if (code === '30') bank += value;
    else if (code === '00') booking += value;
  }
  const found = readSepaWords(joined(purpose, fullSubfield));
  const details: Details = { references: found.references, text: found.text || plain(booking) };
  if (found.endToEndId) details.endToEndId = found.endToEndId;
  const counterparty = partyOf({ name, account: iban || number || found.account, bank: bank || found.bank });
  if (counterparty) details.counterparty = counterparty;
  return details;
}

/** ?20 to ?29 and ?60 to ?63 carry the purpose. */
function isPurpose(code: string): boolean {
  return code.charCodeAt(0) === 50 || (code >= '60' && code <= '63');
}
