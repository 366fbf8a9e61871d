import { TextDecoder } from 'node:util';

/** Characters of windows-1252 from 0x80 to 0x9f; the rest is Latin-1. Node's own decoder leaves these as control characters. */
const upper = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

export function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (character) => upper[character.charCodeAt(0) - 0x80] as string);
}

/** Valid UTF-8 is read as such, everything else as windows-1252: EDI senders state one and write the other. */
export function decodeEdi(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trimStart();
  } catch {
    return decodeWindows1252(bytes).trimStart();
  }
}
