/** Columns of the individual identification number. */
const width = 15;

/**
 * What stands for an end-to-end id in an ACH entry, and comes back in acknowledgements, returns and advices: its first 15 characters, which
 * for ids made of a hash are as good as unique. Whoever matches answers of an ACH bank looks payments up by this as well.
 */
export function achIdentificationOf(endToEndId: string): string {
  return endToEndId.slice(0, width).trimEnd();
}
