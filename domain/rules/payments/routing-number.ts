/** A routing number of the American Bankers Association: nine digits, the last one a check digit over weights 3, 7, 1. */
export function isRoutingNumber(text: string): boolean {
  return /^\d{9}$/.test(text) && !/^0{9}$/.test(text) && text[8] === routingCheckDigit(text.slice(0, 8));
}

/** The ninth digit of a routing number, from its first eight. */
export function routingCheckDigit(bank: string): string {
  const sum = [...bank].reduce((total, digit, index) => total + Number(digit) * ([3, 7, 1][index % 3] ?? 0), 0);
  return String((10 - (sum % 10)) % 10);
}
