import { KontorError, problemOf, type Place, type Problem } from '../../domain/errors.ts';
import { component, segmentsOf, separatorsOf, type Segment } from './edifact/segments.ts';
import { x12SegmentsOf } from './x12/segments.ts';

/** Where a message lies in the file that it came with. */
export interface MessagePlace {
  /** From 1, of how many. */
  position: number;
  of: number;
  /** The sender's own number of the message (UNH, ST02). */
  reference: string;
  /** Control reference and sender of the interchange (UNB, ISA). */
  interchange: string;
  sender: string;
}

export interface InterchangeMessage {
  place: MessagePlace;
  /** The message in an interchange of its own: the envelope of the file with this one message, byte for byte. */
  bytes: Uint8Array;
}

/** A file with several messages taken apart; all of them, or none and why its envelope does not hold. */
export type Interchange = { ok: true; messages: InterchangeMessage[] } | { ok: false; problem: Problem };

/** Messages taken in at once; each is a process of its own. */
const maxMessages = 200;

/**
 * Takes an interchange with several messages apart. What its envelope says must hold (counts and references of messages, groups and
 * interchange): a file of which a part is missing starts nothing at all.
 */
export function splitInterchange(bytes: Uint8Array, syntax: 'edifact' | 'x12'): Interchange {
  try {
    const file = bareFile(bytes);
    const messages = syntax === 'edifact' ? edifactMessages(file) : x12Messages(file);
    if (messages.length > maxMessages) throw new KontorError('document-several-invoices', `The interchange carries ${messages.length} messages; ${maxMessages} are taken at once.`, { place: { line: 1 } });
    return { ok: true, messages };
  } catch (error) {
    if (error instanceof KontorError) return { ok: false, problem: problemOf(error) };
    throw error;
  }
}

/** Read byte by byte, so that a place in the text is a place in the bytes; separators are ASCII in every character set of EDI. */
interface File {
  bytes: Buffer;
  text: string;
}

function bareFile(bytes: Uint8Array): File {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = /^(?:\xef\xbb\xbf)?\s*/.exec(whole.subarray(0, 1024).toString('latin1'))?.[0].length ?? 0;
  const bare = whole.subarray(from);
  return { bytes: bare, text: bare.toString('latin1') };
}

function edifactMessages(file: File): InterchangeMessage[] {
  const segments = segmentsOf(file.text);
  const { element, terminator, release } = separatorsOf(file.text);
  const [unb, unz] = [segments[0] as Segment, segments.at(-1) as Segment];
  requireTag(unb, 'UNB', 'begin with');
  requireTag(unz, 'UNZ', 'end with');
  const frames = framesOf(segments.slice(1, -1), { group: ['UNG', 'UNE'], message: ['UNH', 'UNT'] });
  for (const { open, close, size } of frames.messages) {
    requireCount(close, size, component(close, 1), 'segments');
    requireReference(close, component(open, 1), component(close, 2));
  }
  for (const { open, close, messages } of frames.groups) {
    requireCount(close, messages, component(close, 1), 'messages');
    requireReference(close, component(open, 5), component(close, 2));
  }
  requireCount(unz, frames.groups.length || frames.messages.length, component(unz, 1), frames.groups.length > 0 ? 'groups' : 'messages');
  requireReference(unz, component(unb, 5), component(unz, 2));
  const closing = (segment: Segment) => `${segment.tag}${element}1${element}${escaped(component(segment, 2) ?? '', element, terminator, release)}${terminator}`;
  const una = file.text.startsWith('UNA') ? file.bytes.subarray(0, 9) : Buffer.alloc(0);
  return frames.messages.map(({ open, close, group }, index) => ({
    place: { position: index + 1, of: frames.messages.length, reference: component(open, 1) ?? '', interchange: component(unb, 5) ?? '', sender: component(unb, 2) ?? '' },
    bytes: Buffer.concat([una, cut(file, unb), ...(group ? [cut(file, group.open)] : []), cut(file, open, close), Buffer.from(`${group ? closing(group.close) : ''}${closing(unz)}`, 'latin1')]),
  }));
}

function x12Messages(file: File): InterchangeMessage[] {
  const segments = x12SegmentsOf(file.text);
  const [isa, iea] = [segments[0] as Segment, segments.at(-1) as Segment];
  const [element, terminator] = [file.text[3] ?? '', file.text[(isa.span?.to ?? 1) - 1] ?? ''];
  requireTag(iea, 'IEA', 'end with');
  const frames = framesOf(segments.slice(1, -1), { group: ['GS', 'GE'], message: ['ST', 'SE'] });
  for (const { open, close, size } of frames.messages) {
    requireCount(close, size, component(close, 1), 'segments');
    requireReference(close, component(open, 2), component(close, 2));
  }
  for (const { open, close, messages } of frames.groups) {
    requireCount(close, messages, component(close, 1), 'transaction sets');
    requireReference(close, component(open, 6), component(close, 2));
  }
  requireCount(iea, frames.groups.length, component(iea, 1), 'groups');
  requireReference(iea, component(isa, 13), component(iea, 2));
  const closing = (segment: Segment) => `${segment.tag}${element}1${element}${component(segment, 2) ?? ''}${terminator}`;
  return frames.messages.map(({ open, close, group }, index) => ({
    place: { position: index + 1, of: frames.messages.length, reference: component(open, 2) ?? '', interchange: component(isa, 13) ?? '', sender: component(isa, 6) ?? '' },
    bytes: Buffer.concat([cut(file, isa), ...(group ? [cut(file, group.open)] : []), cut(file, open, close), Buffer.from(`${group ? closing(group.close) : ''}${closing(iea)}`, 'latin1')]),
  }));
}

interface Group {
  open: Segment;
  close: Segment;
  messages: number;
}

interface Message {
  open: Segment;
  close: Segment;
  /** Segments from the first to the last, both included. */
  size: number;
  group: Group | undefined;
}

/** Messages, and the groups around them where the sender uses such; everything between the envelope has to lie in one. */
function framesOf(segments: Segment[], tags: { group: [string, string]; message: [string, string] }): { groups: Group[]; messages: Message[] } {
  const groups: Group[] = [];
  const messages: Message[] = [];
  let group: Group | undefined;
  let message: Message | undefined;
  for (const segment of segments) {
    const expected = message ? undefined : group ? [tags.message[0], tags.group[1]] : [tags.message[0], tags.group[0]];
    if (expected && !expected.includes(segment.tag)) throw broken(segment, `Segment ${segment.tag} lies outside of a message.`);
    if (message && [tags.message[0], ...tags.group].includes(segment.tag)) throw broken(segment, `The message before it does not end with ${tags.message[1]}; part of it is missing.`);
    if (message) {
      message.size += 1;
      message.close = segment;
      if (segment.tag === tags.message[1]) message = undefined;
    } else if (segment.tag === tags.message[0]) {
      message = { open: segment, close: segment, size: 1, group };
      messages.push(message);
      if (group) group.messages += 1;
    } else if (segment.tag === tags.group[0]) {
      group = { open: segment, close: segment, messages: 0 };
      groups.push(group);
    } else {
      if (group) group.close = segment;
      group = undefined;
    }
  }
  if (message) throw broken(message.close, `The message does not end with ${tags.message[1]}; part of it is missing.`);
  if (group) throw broken(group.open, `The group does not end with ${tags.group[1]}; part of it is missing.`);
  return { groups, messages };
}

function requireTag(segment: Segment, tag: string, does: string): void {
  if (segment.tag !== tag) throw broken(segment, `An interchange of several messages has to ${does} ${tag}.`);
}

function requireCount(segment: Segment, found: number, stated: string | undefined, what: string): void {
  if (Number(stated) !== found) throw broken(segment, `${segment.tag} states ${stated ?? 'no number of'} ${what}, and there are ${found}.`);
}

function requireReference(segment: Segment, opened: string | undefined, closed: string | undefined): void {
  if (opened !== closed) throw broken(segment, `${segment.tag} closes ${closed ?? 'nothing'}, and ${opened ?? 'nothing'} was opened.`);
}

function broken({ place }: { place: Place }, message: string): KontorError {
  return new KontorError('edi-malformed', message, { place });
}

function cut({ bytes }: File, first: Segment, last = first): Buffer {
  return bytes.subarray(first.span?.from, last.span?.to);
}

function escaped(value: string, ...special: string[]): string {
  const release = special.at(-1) ?? '';
  return [...value].map((character) => (special.includes(character) ? `${release}${character}` : character)).join('');
}
