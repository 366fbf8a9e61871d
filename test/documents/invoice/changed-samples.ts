import { expect } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { verifyTotals } from '../../../domain/rules/invoice/totals.ts';

/** The text with each pattern replaced; each must be there. */
export function changed(text: string, ...changes: [from: string | RegExp, to: string][]): string {
  return changes.reduce((before, [from, to]) => {
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${String(from)} is not in the sample`);
    return after;
  }, text);
}

/** The document as it is read; its totals must foot. */
export async function invoiceOf(content: string | Uint8Array) {
  const result = await readInvoice(typeof content === 'string' ? Buffer.from(content) : content);
  if (!result.ok) throw new Error(result.problem.message);
  expect(verifyTotals(result.invoice)).toEqual([]);
  return result.invoice;
}
