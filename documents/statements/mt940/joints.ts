/**
 * Where a bank has broken a text: `brk` where a line or subfield ended before it was full, `run` where a full one goes on in the
 * next. Neither can stand in a file, because control characters are dropped when it is cut into lines.
 */
export const brk = '\u0001';
export const run = '\u0002';

export const joint = /[\u0001\u0002]/;
const joints = /[\u0001\u0002]/g;

/** A break means nothing in an identification, which goes on in the next line. */
export function asId(text: string): string {
  return joint.test(text) ? text.replace(joints, '') : text;
}

/** A break is a blank in a text, unless the line was full. */
export function asText(text: string): string {
  return joint.test(text) ? text.replaceAll(brk, ' ').replaceAll(run, '') : text;
}

/** Pieces as one text; a piece of `width` characters is full. */
export function joined(pieces: string[], width: number): string {
  let text = '';
  for (const [index, piece] of pieces.entries()) text += index === 0 ? piece : ((pieces[index - 1] as string).length >= width ? run : brk) + piece;
  return text;
}

/** A pattern for any of the words, broken or not. */
export function brokenWords(words: string): string {
  return words
    .split('|')
    .map((word) => [...word].join('[\\u0001\\u0002]?'))
    .join('|');
}
