/**
 * Idempotency keys of effects: `<process>:<business key>:<step>:<n>`. They survive retries, resets, corrections and
 * resubmissions; `n` rises only after the counterpart confirmed the reversal of n − 1. Parts are escaped, so that a colon
 * inside a supplier's number cannot forge another key.
 */
export function effectKey(process: string, businessKey: readonly string[], step: string, n: number): string {
  return [process, ...businessKey, step, String(n)].map((part) => part.replace(/[%:]/g, (mark) => (mark === '%' ? '%25' : '%3A'))).join(':');
}

/** Which number an effect's key has. */
export function effectNumber(key: string): number {
  return Number(key.split(':').at(-1));
}

/** The number of an effect where these keys of the same business key and step are used up, whoever asked for them. */
export function numberAfter(used: readonly string[]): number {
  return 1 + Math.max(0, ...used.map(effectNumber));
}

/** The business key of a supplier's document: company, supplier, number as the supplier wrote it (NFKC, upper case, trimmed) and class (D1). */
export function supplierDocumentKey(document: { entity: string; supplierId: string; documentNumber: string; class: string }): string[] {
  return [document.entity, document.supplierId, document.documentNumber.normalize('NFKC').trim().toUpperCase(), document.class];
}
