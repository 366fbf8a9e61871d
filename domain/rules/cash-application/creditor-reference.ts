/**
 * ISO 11649: `RF`, two check digits, up to 21 letters and digits. Valid when the reference with its head moved to the end,
 * letters read as 10 to 35, leaves 1 when divided by 97. The part after the head is the creditor's own number.
 */
export function isCreditorReference(text: string): boolean {
  const compact = text.replace(/\s/g, '').toUpperCase();
  if (!/^RF\d\d[A-Z0-9]{1,21}$/.test(compact)) return false;
  return remainder97(compact.slice(4) + compact.slice(0, 4)) === 1;
}

/** The creditor's own number inside a valid reference; undefined when the reference is not valid. */
export function numberInCreditorReference(text: string): string | undefined {
  return isCreditorReference(text) ? text.replace(/\s/g, '').toUpperCase().slice(4) : undefined;
}

/** ISO 7064 MOD 97-10 over letters (10 to 35) and digits, as IBANs and creditor references use it. */
export function remainder97(text: string): number {
  let remainder = 0;
  for (const character of text) for (const digit of String(parseInt(character, 36))) remainder = (remainder * 10 + Number(digit)) % 97;
  return remainder;
}
