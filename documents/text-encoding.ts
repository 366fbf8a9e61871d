import { TextDecoder } from 'node:util';

/** Characters of windows-1252 from 0x80 to 0x9f; the rest is Latin-1. Node's own decoder leaves these as control characters. */
const upper = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

export function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (character) => upper[character.charCodeAt(0) - 0x80] as string);
}

/** Character sets that UNB names by its syntax identifier (ISO 9735), beside those that are ASCII or Latin-1. */
const syntaxCharacterSets: Record<string, string> = { UNOD: 'iso-8859-2', UNOE: 'iso-8859-5', UNOF: 'iso-8859-7', UNOG: 'iso-8859-3', UNOH: 'iso-8859-4', UNOI: 'iso-8859-6', UNOJ: 'iso-8859-8', UNOK: 'windows-1254' };

/** Valid UTF-8 is read as such, everything else in the character set that UNB names, else as windows-1252: EDI senders state one and write the other. */
export function decodeEdi(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trimStart();
  } catch {
    const named = /^(?:UNA.{6})?\s*UNB.(UNO[A-Z])/s.exec(Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart())?.[1];
    const set = named && syntaxCharacterSets[named];
    return (set ? new TextDecoder(set).decode(bytes) : decodeWindows1252(bytes)).trimStart();
  }
}
