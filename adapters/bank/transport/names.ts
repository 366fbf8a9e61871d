/** Letters, digits, dot and hyphen stay; everything else becomes `_` and its code, so that two ids never share a file. */
export function safeName(text: string): string {
  return text.replace(/[^A-Za-z0-9.-]/gu, (character) => `_${(character.codePointAt(0) ?? 0).toString(16)}_`);
}
