import { createHash } from 'node:crypto';

/** The harmless signature by which scanners are tested, in two parts so that no scanner takes this file for it. */
const testSignatureText = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!'].join('');
const testSignature = Buffer.from(testSignatureText, 'latin1');

/** True where the bytes carry the EICAR test signature: such content goes to quarantine and to nobody's screen. */
export function carriesMalwareSignature(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(testSignature);
}

/** The same for a text, whatever encoding it came in. */
export function textCarriesMalwareSignature(text: string): boolean {
  return text.includes(testSignatureText);
}

/** SHA-256, hex. */
export function contentHashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes of a base64 text with any white space; undefined where it is not base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const compact = text.replace(/\s+/g, '');
  if (compact.length % 4 === 1 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  return new Uint8Array(Buffer.from(compact, 'base64'));
}
