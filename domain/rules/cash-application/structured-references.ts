import type { Remittance } from '../../model/remittance.ts';
import type { StructuredReference } from './facts.ts';
import { numberInCreditorReference } from './creditor-reference.ts';
import { compactNumber } from './memo.ts';

/** References of a remittance (EDI 820, camt structured remittance, lockbox) as the matcher takes them; amounts in minor units. */
export function referencesOfRemittance(remittance: Remittance): StructuredReference[] {
  const references: StructuredReference[] = [];
  if (remittance.creditorReference) references.push({ kind: 'creditor-reference', text: remittance.creditorReference });
  if (remittance.endToEndId) references.push({ kind: 'end-to-end', text: remittance.endToEndId });
  for (const line of remittance.lines) references.push({ kind: 'remittance-line', text: line.number, ...(line.paid ? { amount: Number(line.paid.minor) } : {}) });
  return references;
}

/** EDI 820 and its like: Σ of the lines equals the payment (SI-7). Lines without amounts say nothing. */
export function linesFoot(references: readonly StructuredReference[], amount: number): boolean {
  const lines = references.filter(({ kind }) => kind === 'remittance-line');
  if (lines.length === 0 || lines.some((line) => line.amount === undefined)) return true;
  return lines.reduce((sum, line) => sum + line.amount!, 0) === amount;
}

/** Whether a structured reference names this number; an invalid RF reference names nothing. */
export function namesNumber(reference: StructuredReference, number: string): boolean {
  if (reference.kind !== 'creditor-reference') return compactNumber(reference.text) === number;
  const inside = numberInCreditorReference(reference.text);
  return inside !== undefined && (inside === number || inside.replace(/^0+/, '') === number.replace(/^0+/, ''));
}
