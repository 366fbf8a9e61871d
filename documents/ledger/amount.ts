const pattern = /^-?\d{1,30}(?:\.(\d{1,20}))?$/;

/**
 * Minor units of a plain decimal such as -1234.50 in a currency of so many digits. Zeros beyond them are read, other
 * decimals are `too-precise` and never rounded (SI-11). The one reader of amounts in files of a million lines.
 */
export function minorUnits(text: string, digits: number): bigint | 'unreadable' | 'too-precise' {
  const match = pattern.exec(text);
  if (!match) return 'unreadable';
  const fraction = match[1] ?? '';
  if (fraction.length > digits && /[1-9]/.test(fraction.slice(digits))) return 'too-precise';
  const whole = fraction ? text.slice(0, -fraction.length - 1) : text;
  return BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
}
