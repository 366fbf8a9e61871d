import type { ErpPort } from '../../adapters/ports/erp.ts';
import type { HeldInErp } from '../../domain/model/payment.ts';
import { isZeroMoney } from '../../domain/rules/money.ts';
import type { RunRef } from './commands.ts';

/** How the ERP holds the document of a number. */
export type OpenItemsInErp = (documentNumber: string) => HeldInErp;

/** What the ERP holds open at this moment; undefined for one that does not tell. */
export async function openItemsInErp(port: ErpPort, { entity, correlationId }: Pick<RunRef, 'entity' | 'correlationId'>): Promise<OpenItemsInErp | undefined> {
  const told = await port.getOpenPayables?.(entity, { correlationId });
  if (!told) return undefined;
  const held = new Map<string, HeldInErp>();
  for (const { documentNumber, open, paymentBlocked } of told.documents) held.set(documentNumber, isZeroMoney(open) ? { state: 'cleared' } : { state: 'open', open, paymentBlocked });
  for (const documentNumber of told.unreadable) held.set(documentNumber, { state: 'unreadable' });
  return (documentNumber) => held.get(documentNumber) ?? { state: 'cleared' };
}
