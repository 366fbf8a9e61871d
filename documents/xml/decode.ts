import { TextDecoder } from 'node:util';
import { KontorError } from '../../domain/errors.ts';
import { decodeWindows1252 } from '../text-encoding.ts';

/**
 * Bytes → text, by byte order mark, then by the shape of the first bytes, then by the XML declaration
 * (XML 1.0 appendix F). Accepts every encoding that the platform's TextDecoder knows and UTF-32.
 */
export function decodeXml(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  const text = encoding.startsWith('utf-32') ? decodeUtf32(bytes, encoding === 'utf-32le') : decode(bytes, encoding);
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** True where the first bytes may be XML in any encoding: an opening bracket after white space or a byte order mark. */
export function looksLikeXml(bytes: Uint8Array): boolean {
  const head = [...bytes.subarray(0, 64)].filter((byte) => ![0, 0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf, 0xfe, 0xff].includes(byte));
  return head[0] === 0x3c || startsWith(bytes, ebcdic);
}

const ebcdic = [0x4c, 0x6f, 0xa7, 0x94];

const signatures: [number[], string][] = [
  [[0x00, 0x00, 0xfe, 0xff], 'utf-32be'],
  [[0xff, 0xfe, 0x00, 0x00], 'utf-32le'],
  [[0x00, 0x00, 0x00, 0x3c], 'utf-32be'],
  [[0x3c, 0x00, 0x00, 0x00], 'utf-32le'],
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0x00, 0x3c], 'utf-16be'],
  [[0x3c, 0x00], 'utf-16le'],
  [ebcdic, 'ebcdic'],
];

function encodingOf(bytes: Uint8Array): string {
  const signature = signatures.find(([start]) => startsWith(bytes, start));
  if (signature) return signature[1];
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  const declared = /^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.:-]*)["']/.exec(head)?.[1]?.toLowerCase() ?? 'utf-8';
  // A document whose bytes are plain ASCII so far cannot be in a two- or four-byte encoding, whatever it declares.
  return /^(utf-?16|utf-?32|ucs-?[24]|iso-10646-ucs)/.test(declared) ? 'utf-8' : declared;
}

function decode(bytes: Uint8Array, encoding: string): string {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new KontorError('xml-encoding', `The document is in the encoding ${encoding}, which is not supported.`, { place: { line: 1 } });
  }
  if (decoder.encoding === 'windows-1252') return decodeWindows1252(bytes);
  try {
    return decoder.decode(bytes);
  } catch {
    const readable = new TextDecoder(encoding).decode(bytes);
    const line = readable.slice(0, readable.indexOf('\ufffd')).split('\n').length;
    throw new KontorError('xml-encoding', `Line ${line} has bytes that are not valid ${encoding}.`, { place: { line } });
  }
}

function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength - (bytes.byteLength % 4));
  const parts: string[] = [];
  for (let offset = 0; offset < view.byteLength; offset += 4) {
    const point = view.getUint32(offset, littleEndian);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
      throw new KontorError('xml-encoding', `Byte ${offset} is not a valid UTF-32 character.`, { place: { line: 1 } });
    parts.push(String.fromCodePoint(point));
  }
  return parts.join('');
}

function startsWith(bytes: Uint8Array, start: number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}
