/** ISO 13616 check digits: the letters as numbers, the first four characters last, the remainder of 97 is 1. */
export function isValidIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false;
  const digits = [...(text.slice(4) + text.slice(0, 4))].map((character) => parseInt(character, 36)).join('');
  return BigInt(digits) % 97n === 1n;
}
