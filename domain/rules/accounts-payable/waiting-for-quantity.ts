import type { FindingCode } from '../../model/finding.ts';

/** What a document may be stopped by that is gone when another one gives its quantity back. */
const byQuantity: readonly string[] = ['nothing-to-invoice', 'quantity-variance', 'order-amount-exceeded', 'cumulative-variance', 'over-delivery'] satisfies FindingCode[];

/** M9: a quantity that is free again helps who waits for a receipt, or is stopped because others had taken it; whoever is stopped by the order itself is not asked again. */
export function waitsForQuantity({ stage, exceptionCodes }: { stage: string; exceptionCodes: readonly string[] }): boolean {
  return stage === 'awaiting-receipt' || exceptionCodes.some((code) => byQuantity.includes(code));
}
