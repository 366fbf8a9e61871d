const pattern = /^-?\d{1,30}(?:\.(\d{1,20}))?$/;
/** Digits that a number holds exactly. */
const safeDigits = 15;
const [minus, point, nought] = [45, 46, 48];

/**
 * Minor units of a plain decimal such as -1234.50 in a currency of so many digits. Zeros beyond them are read, other
 * decimals are `too-precise` and never rounded (SI-11). The one reader of amounts in files of millions of lines: an
 * amount of usual length is added up digit by digit from its bytes.
 */
export function minorUnits(block: Buffer, start: number, end: number, digits: number): bigint | 'unreadable' | 'too-precise' {
  const first = block[start] === minus ? start + 1 : start;
  let [value, decimals, at] = [0, -1, first];
  for (; at < end; at++) {
    const digit = block[at]! - nought;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      if (decimals >= 0) decimals++;
    } else if (block[at] === point && decimals < 0 && at > first) decimals = 0;
    else break;
  }
  if (at < end || first === end || decimals === 0 || decimals > digits || end - first + digits > safeDigits) return longAmount(block.toString('latin1', start, end), digits);
  for (let missing = digits - Math.max(0, decimals); missing > 0; missing--) value *= 10;
  return BigInt(first === start ? value : -value);
}

function longAmount(text: string, digits: number): bigint | 'unreadable' | 'too-precise' {
  const match = pattern.exec(text);
  if (!match) return 'unreadable';
  const fraction = match[1] ?? '';
  if (fraction.length > digits && /[1-9]/.test(fraction.slice(digits))) return 'too-precise';
  const whole = fraction ? text.slice(0, -fraction.length - 1) : text;
  return BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
}
