/** How many fields the funds type takes with what follows it: Z, 0, 1, 2 alone; V a date and a time; S three amounts; D pairs. */
export function fundsLength(fields: string[], at: number): number {
  switch (fields[at]?.trim().toUpperCase()) {
    case 'V':
      return 3;
    case 'S':
      return 4;
    case 'D':
      return 2 + 2 * Number(/^\s*\d{1,3}\s*$/.test(fields[at + 1] ?? '') ? fields[at + 1] : 0);
    default:
      return 1;
  }
}

/** Whether the free text of a transaction (16) has begun: after its type, amount, funds type and two references. */
export function textBegan(body: string): boolean {
  const fields = body.split(',');
  return fields.length > 4 + fundsLength(fields, 2);
}
