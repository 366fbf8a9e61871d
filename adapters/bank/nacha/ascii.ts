import anyAscii from 'any-ascii';

/** Printable ASCII of every script by the tables of any-ascii, cut to its columns. */
export function ascii(text: string, most: number): string {
  return anyAscii(text.normalize('NFC').replace(/[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]+/gu, ' ')).replace(/[^\x20-\x7e]/g, '').trim().slice(0, most).trimEnd();
}
