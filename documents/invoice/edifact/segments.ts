import { KontorError, type Place } from '../../../domain/errors.ts';

/** A segment as positions: `elements[0]` is the first data element after the tag, each a list of components. */
export interface Segment {
  tag: string;
  elements: string[][];
  place: Place;
  /** Where it lies in the text, its terminator included; absent where the interchange is XML. */
  span?: { from: number; to: number };
}

export interface Separators {
  component: string;
  element: string;
  release: string;
  terminator: string;
}

const standardSeparators: Separators = { component: ':', element: '+', release: '?', terminator: "'" };
const maxSegments = 200_000;

/** Component `component` of element `element`, both counted from 1 as the standard's directories do; empty counts as absent. */
export function component(segment: Segment, element: number, part = 1): string | undefined {
  return segment.elements[element - 1]?.[part - 1]?.trim() || undefined;
}

/** Splits an interchange into segments. UNA, where present, names the separators. */
export function segmentsOf(text: string): Segment[] {
  const separators = separatorsOf(text);
  const segments: Segment[] = [];
  let at = text.startsWith('UNA') ? 9 : 0;
  let line = 1 + count(text.slice(0, at), '\n');
  while (at < text.length) {
    const start = at + (/^\s*/.exec(text.slice(at, at + 1000))?.[0].length ?? 0);
    if (start >= text.length) break;
    const end = endOf(text, start, separators);
    line += count(text.slice(at, start), '\n');
    if (end < 0) throw new KontorError('edi-malformed', `Segment ${segments.length + 1} (line ${line}) does not end.`, { place: { line, path: `segment ${segments.length + 1}` } });
    segments.push({ ...segmentOf(text.slice(start, end), segments.length + 1, line, separators), span: { from: start, to: end + 1 } });
    if (segments.length > maxSegments) throw new KontorError('edi-malformed', `The interchange has more than ${maxSegments} segments.`, { place: { line } });
    line += count(text.slice(start, end + 1), '\n');
    at = end + 1;
  }
  return segments;
}

export function separatorsOf(text: string): Separators {
  return text.startsWith('UNA') ? announced(text) : standardSeparators;
}

function announced(text: string): Separators {
  const [component = '', element = '', , release = '', , terminator = ''] = text.slice(3, 9);
  if (new Set([component, element, release, terminator]).size < 4 || /[\sA-Za-z0-9]/.test(component + element + terminator))
    throw new KontorError('edi-malformed', 'UNA does not name four different separators.', { place: { line: 1, path: 'UNA' } });
  return { component, element, release, terminator };
}

function segmentOf(raw: string, number: number, line: number, separators: Separators): Segment {
  const [tag, ...elements] = split(raw, separators.element, separators.release);
  const name = tag?.trim() ?? '';
  const place = { line, path: `segment ${number} ${name.slice(0, 3)}` };
  if (!/^[A-Z]{3}$/.test(name)) throw new KontorError('edi-malformed', `Segment ${number} (line ${line}) has no tag of three capital letters.`, { place });
  const values = elements.map((element) => split(element, separators.component, separators.release).map((value) => released(value, separators.release)));
  return { tag: name, elements: values, place };
}

function endOf(text: string, from: number, separators: Separators): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === separators.release && separators.release !== ' ') i++;
    else if (text[i] === separators.terminator) return i;
  }
  return -1;
}

function split(text: string, separator: string, release: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === release && release !== ' ') i++;
    else if (text[i] === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function released(value: string, release: string): string {
  if (release === ' ' || !value.includes(release)) return value;
  let out = '';
  for (let i = 0; i < value.length; i++) out += value[i] === release ? (value[++i] ?? '') : value[i];
  return out;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
