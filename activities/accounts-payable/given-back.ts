import type { Trx } from '../../db/client.ts';
import { lockKeys } from '../../db/locks.ts';
import type { CaseWithProgress } from '../../db/repositories/cases.ts';
import { orderLineLockKeys, type OrderLine } from '../../db/repositories/reservations.ts';
import { waitsForQuantity } from '../../domain/rules/accounts-payable/waiting-for-quantity.ts';
import { tellCasesOfOrders } from '../waiting-for-orders.ts';

/**
 * M9: what a document gives back of an order line may be what others wait for; no receipt will tell them. To be called in the transaction that frees the
 * lines. A case that is judged on them at this moment is told when that is recorded, or sees them free: hence the lines' locks.
 */
export async function tellOfLinesGivenBack(trx: Trx, { case: { id, entity, revision } }: CaseWithProgress, lines: readonly OrderLine[]): Promise<void> {
  if (lines.length === 0) return;
  await lockKeys(trx, orderLineLockKeys(entity, lines));
  const orderNumbers = [...new Set(lines.map(({ orderNumber }) => orderNumber))];
  // Each record raises the revision of its case.
  await tellCasesOfOrders(trx, { entity, orderNumbers, source: 'given-back', eventId: `${id}/${revision}` }, (waiting) => waiting.id !== id && waitsForQuantity(waiting));
}
