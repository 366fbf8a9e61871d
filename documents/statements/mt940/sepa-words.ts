import type { StatementReferences } from '../../../domain/model/bank-statement.ts';
import { given, plain } from '../plain-text.ts';
import { asId, asText, brokenWords, joint } from './joints.ts';

/** What the keywords of a purpose say: `EREF+…MREF+…SVWZ+…`, or the same with colons. */
export interface SepaWords {
  endToEndId?: string;
  references: StatementReferences;
  account?: string;
  bank?: string;
  /** The remittance information alone (SVWZ), else the whole purpose. */
  text: string;
}

const words = 'EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|RREF|BREF|RETR|PURP|IBAN|BIC';
const boundary = '(?:^|(?<=[^A-Z]))';
const whole = new RegExp(`${boundary}(${words})\\+`, 'g');
const broken = new RegExp(`${boundary}(${brokenWords(words)})[\\u0001\\u0002]?\\+`, 'g');

/** Broken keywords are rare, and looking for them everywhere is dear. */
const maybeBroken = /[A-Z][\u0001\u0002][A-Z]{0,3}\+/;

/** Reads a purpose with its joints. */
export function readSepaWords(purpose: string): SepaWords {
  const values = plusWords(purpose);
  if (values.size === 0) return colonWords(purpose);
  const found: SepaWords = { references: {}, text: plain(asText(values.get('SVWZ') ?? purpose)) };
  const endToEndId = identification(values.get('EREF'));
  const customer = identification(values.get('KREF'));
  const mandate = identification(values.get('MREF'));
  const account = identification(values.get('IBAN'));
  const bank = identification(values.get('BIC'));
  if (endToEndId) found.endToEndId = endToEndId;
  if (customer) found.references.customer = customer;
  if (mandate) found.references.mandate = mandate;
  if (account) found.account = account;
  if (bank) found.bank = bank;
  return found;
}

function plusWords(text: string): Map<string, string> {
  const values = new Map<string, string>();
  if (!text.includes('+')) return values;
  const pattern = maybeBroken.test(text) ? broken : whole;
  pattern.lastIndex = 0;
  let [word, from] = ['', 0];
  for (let mark = pattern.exec(text); mark; mark = pattern.exec(text)) {
    if (word) values.set(word, text.slice(from, mark.index));
    word = asId(mark[1] as string);
    from = pattern.lastIndex;
  }
  if (word) values.set(word, text.slice(from));
  return values;
}

const jointsBefore = /^[\u0001\u0002\s]+/;

/** What the bank writes where nothing was given may be followed by other text. */
function identification(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const text = value.replace(jointsBefore, '');
  const end = text.search(joint);
  return end < 0 ? given(text) : given(text.slice(0, end)) && given(asId(text));
}

const labels: [label: RegExp, word: 'endToEndId' | 'customer' | 'mandate'][] = [
  [/(?:^|[^A-Z])(?:EREF|END-TO-END-REF\.?):\s*(\S+)/i, 'endToEndId'],
  [/(?:^|[^A-Z])KREF:\s*(\S+)/i, 'customer'],
  [/(?:^|[^A-Z])(?:MREF|MANDATSREF\.?):\s*(\S+)/i, 'mandate'],
];

/** Labels with a colon are not marked off from the text, so that the text stays whole and an identification ends at the first blank. */
function colonWords(purpose: string): SepaWords {
  const text = plain(asText(purpose));
  const found: SepaWords = { references: {}, text };
  if (!text.includes(':')) return found;
  for (const [label, word] of labels) {
    const value = given(label.exec(text)?.[1]);
    if (value === undefined || /^nicht$/i.test(value)) continue;
    if (word === 'endToEndId') found.endToEndId = value;
    else found.references[word] = value;
  }
  return found;
}
