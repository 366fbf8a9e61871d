import { KontorError } from '../../../domain/errors.ts';
import type { Segment } from '../edifact/segments.ts';

const maxSegments = 200_000;

/** Splits an X12 interchange into segments; its ISA segment names the separators, whether or not its elements are padded. */
export function x12SegmentsOf(text: string): Segment[] {
  const { element, component, terminator } = separatorsOf(text);
  const segments: Segment[] = [];
  let line = 1;
  let at = 0;
  for (const raw of text.split(terminator)) {
    const span = { from: at + raw.length - raw.trimStart().length, to: Math.min(at + raw.length + terminator.length, text.length) };
    at += raw.length + terminator.length;
    const start = line + lineBreaksIn(/^\s*/.exec(raw)?.[0] ?? '');
    line += lineBreaksIn(raw) + lineBreaksIn(terminator);
    if (raw.trim() === '') continue;
    const [tag = '', ...values] = raw.trim().split(element);
    const place = { line: start, path: `segment ${segments.length + 1} ${tag.slice(0, 3)}` };
    if (!/^[A-Z][A-Z0-9]{1,2}$/.test(tag)) throw new KontorError('edi-malformed', `Segment ${segments.length + 1} (line ${start}) has no valid tag.`, { place });
    if (segments.length >= maxSegments) throw new KontorError('edi-malformed', `The interchange has more than ${maxSegments} segments.`, { place });
    segments.push({ tag, elements: values.map((value) => (component ? value.split(component) : [value])), place, span });
  }
  return segments;
}

/** ISA has sixteen elements; the last one is the component separator and the character after it ends the segment. Some senders leave the last one out. */
function separatorsOf(text: string): { element: string; component: string | undefined; terminator: string } {
  const element = text[3] ?? '';
  let at = 2;
  for (let i = 0; i < 16 && at >= 0; i++) at = text.indexOf(element, at + 1);
  const [, first = '', second] = (at < 0 ? undefined : /^([^\w\s])([^\w\s])?\s*GS\b/.exec(text.slice(at + 1, at + 20))) ?? [];
  if (!first) throw new KontorError('edi-malformed', 'The ISA segment does not have its sixteen elements.', { place: { line: 1, path: 'segment 1 ISA' } });
  if (second) return { element, component: first, terminator: second };
  const endsSegments = text.split(first).length > 5;
  return endsSegments ? { element, component: undefined, terminator: first } : { element, component: first, terminator: '\n' };
}

function lineBreaksIn(text: string): number {
  return text.split('\n').length - 1;
}
