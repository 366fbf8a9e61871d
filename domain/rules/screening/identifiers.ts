/**
 * An identifier in comparable form, or undefined when it is too short or fails its own check digits: a number that cannot exist
 * must not decide (M13). Types are free text; LEI, IMO and IBAN-like numbers are recognised by their form too.
 */
export function strongIdentifier(value: string, type = ''): string | undefined {
  const plain = value.replace(/^(IMO|LEI|BIC)[\s:]*/i, '').toUpperCase().replace(/[^A-Z0-9]/g, '');
  const wallet = value.trim();
  if (/^(0x[0-9a-fA-F]{40}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|bc1[a-z0-9]{25,60}|[LMT][a-km-zA-HJ-NP-Z1-9]{26,34})$/.test(wallet)) return wallet;
  if (plain.length < 5 || !/\d/.test(plain) || /^(.)\1*$/.test(plain)) return bicOnly(plain, type);
  if (/lei/i.test(type) && plain.length === 20) return remainder97(plain) === 1 ? plain : undefined;
  if (/imo/i.test(type)) return validImo(plain) ? plain : undefined;
  return plain;
}

function bicOnly(plain: string, type: string): string | undefined {
  return /bic|swift/i.test(type) && /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(plain) ? plain : undefined;
}

/** ISO 7064 MOD 97-10 over letters as two digits. */
function remainder97(text: string): number {
  let remainder = 0;
  for (const letter of text) for (const digit of Number.parseInt(letter, 36).toString()) remainder = (remainder * 10 + Number(digit)) % 97;
  return remainder;
}

/** Seven digits, the last is the weighted sum of the others. */
function validImo(text: string): boolean {
  if (!/^\d{7}$/.test(text)) return false;
  const sum = [...text.slice(0, 6)].reduce((total, digit, at) => total + Number(digit) * (7 - at), 0);
  return sum % 10 === Number(text[6]);
}
