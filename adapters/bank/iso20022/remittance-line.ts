import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { isZeroMoney, negateMoney, sumMoney, toDecimalText } from '../../../domain/rules/money.ts';
import { shortened } from './characters.ts';

type RemittedDocument = PaymentOrder['batches'][number]['transfers'][number]['documents'][number];

/** What a line of text holds in all versions. */
const lineLength = 140;

/** What a quoted text keeps where the numbers alone are too many: the length of a reference. */
const leastQuoted = 35;

/**
 * One line that names all documents: what is to be quoted, each number that it does not say already (credit notes with a minus), and what is
 * withheld. Numbers have their room first, and the quoted text gives way to them, word by word: half a number would be a wrong one.
 * Of more numbers than fit, whole ones are named, and how many there are besides. Numbers and quoted text come in the characters of the file.
 */
export function lineOf(documents: readonly RemittedDocument[], quoted: string): string {
  const numbers = documents.map(({ class: kind, number }) => (kind === 'credit-note' ? `-${number}` : number));
  const withheld = withheldOver(documents);
  const room = lineLength - withheld.length;
  const whole = joined([quoted, ...numbers.filter((number) => !saysWord(quoted, number))]);
  if (lengthOf(whole) <= room) return whole + withheld;
  const named = joined(numbers);
  if (lengthOf(named) <= room) return joined([shortenedToWords(quoted, room - lengthOf(named) - 1), named]) + withheld;
  if (documents.length === 1) return wholeOrMarked(named);
  return asManyAsFit(shortenedToWords(quoted, leastQuoted), numbers, room) + withheld;
}

/** A text that no line holds, visibly cut: it must not pass for another number. */
export function wholeOrMarked(text: string): string {
  return lengthOf(text) <= lineLength ? text : `${shortened(text, lineLength - 3)}...`;
}

/** The text up to a blank, of at most so many characters; within its first word only where that alone is longer. */
export function shortenedToWords(text: string, most: number = lineLength): string {
  if (lengthOf(text) <= most) return text;
  if (most <= 0) return '';
  const [start, next] = [shortened(text, most), [...text].slice(most).join('')];
  const isWhole = next.startsWith(' ') || lengthOf(start) < most;
  return isWhole || !start.includes(' ') ? start : start.slice(0, start.lastIndexOf(' ')).trimEnd();
}

/** As a word by itself: 17 is not said by 410017, nor by RE-17. */
function saysWord(text: string, word: string): boolean {
  return ` ${text} `.includes(` ${word} `);
}

function asManyAsFit(quoted: string, numbers: readonly string[], room: number): string {
  const most = `+${numbers.length}`;
  const named = numbers.reduce<string[]>((kept, number) => (lengthOf(joined([quoted, ...kept, number, most])) <= room ? [...kept, number] : kept), []);
  return joined([quoted, ...named, `+${numbers.length - named.length}`]);
}

/** Of credit notes less is withheld, too (T6). */
function withheldOver(documents: readonly RemittedDocument[]): string {
  const amounts = documents.flatMap(({ class: kind, withheld }) => (withheld === undefined ? [] : [kind === 'credit-note' ? negateMoney(withheld) : withheld]));
  const [first] = amounts;
  if (first === undefined) return '';
  const total = sumMoney(first.currency, amounts);
  return isZeroMoney(total) ? '' : ` LESS WITHHOLDING TAX ${toDecimalText(total)} ${total.currency}`;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

/** In characters, as the schema counts them, not in halves of surrogate pairs. */
function lengthOf(text: string): number {
  return [...text].length;
}
