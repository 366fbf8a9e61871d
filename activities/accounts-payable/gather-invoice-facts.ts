import { z } from 'zod';
import type { CallContext, SupplierQuery } from '../../adapters/ports/erp.ts';
import { onOneConnection } from '../../db/client.ts';
import { keepFacts } from '../../db/repositories/assessments.ts';
import { readCorrections, readDocument } from '../../db/repositories/documents.ts';
import { goodsReceiptSchema } from '../../domain/model/goods-receipt.ts';
import type { Corrections } from '../../domain/model/invoice-facts.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import type { DocumentParty } from '../../domain/model/party.ts';
import { purchaseOrderSchema } from '../../domain/model/purchase-order.ts';
import { supplierSchema } from '../../domain/model/supplier.ts';
import { factsIdOf } from './ids.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import type { CaseRef } from './commands.ts';
import type { ErpAccess, PayablesParts } from './parts.ts';

/** What the ERP knew about a document at one moment; kept, so that an assessment can be explained for ever. */
export const erpFactsSchema = z
  .object({
    suppliers: z.array(supplierSchema),
    orders: z.array(purchaseOrderSchema),
    receipts: z.array(goodsReceiptSchema),
    rate: z.object({ from: z.string(), to: z.string(), rate: z.string(), date: z.string() }).strict().optional(),
  })
  .strict();
export type ErpFacts = z.infer<typeof erpFactsSchema>;

/** Gathers from the ERP everything that an assessment must know, in one activity. Only the snapshot's id enters the history. */
export async function gatherInvoiceFacts(parts: PayablesParts, { entity, caseId, correlationId }: CaseRef): Promise<{ factsId: string }> {
  const [found, corrections, company] = await onOneConnection(parts.db, (db) => Promise.all([readDocument(db, caseId), readCorrections(db, caseId), requiredEntity(db, entity)]));
  const document = requiredOf(found, 'document', caseId);
  const facts = await readErp(parts.erpOf(company), company.currency, document.invoice, corrections, entity, { correlationId });
  const id = factsIdOf(caseId);
  await keepFacts(parts.db, { id, entity, caseId, documentVersion: document.version, facts });
  return { factsId: id };
}

async function readErp(erp: ErpAccess, companyCurrency: string, invoice: Invoice, corrections: Corrections, entity: string, context: CallContext): Promise<ErpFacts> {
  const numbers = orderNumbersOf(invoice, corrections);
  const [sellers, payees, orders, receipts, rate] = await Promise.all([
    erp.port.findSuppliers(supplierQuery(entity, invoice.seller, invoice), context),
    invoice.payee ? erp.port.findSuppliers(supplierQuery(entity, invoice.payee, invoice), context) : [],
    numbers.length > 0 ? erp.port.getPurchaseOrders(entity, numbers, context) : [],
    numbers.length > 0 ? erp.port.getGoodsReceipts(entity, numbers, context) : [],
    invoice.currency === companyCurrency ? undefined : erp.port.getExchangeRate?.({ entity, from: invoice.currency, to: companyCurrency, date: invoice.issueDate }, context),
  ]);
  const suppliers = [...new Map([...sellers, ...payees].map((supplier) => [supplier.id, supplier])).values()];
  return { suppliers, orders, receipts, ...(rate ? { rate } : {}) };
}

/** A longer text is no name; as part of a question to the ERP it would be refused. */
const longestName = 200;

function supplierQuery(entity: string, party: DocumentParty, invoice: Invoice): SupplierQuery {
  const ibans = invoice.payment.means.flatMap(({ account }) => (account?.iban ? [account.iban] : []));
  return {
    entity,
    name: party.name.slice(0, longestName),
    ...(party.vatId ? { vatId: party.vatId } : {}),
    ...(party.taxNumber ? { taxNumber: party.taxNumber } : {}),
    ...(party.legalId ? { legalId: party.legalId.id } : {}),
    externalIds: [...party.ids, ...(party.endpoint ? [party.endpoint] : [])].map(({ id }) => id),
    ibans,
  };
}

function orderNumbersOf(invoice: Invoice, corrections: Corrections): string[] {
  const stated = [invoice.references.order, ...invoice.lines.map(({ orderNumber }) => orderNumber), ...corrections.lines.map(({ orderNumber }) => orderNumber)];
  return [...new Set(stated.filter((number) => number !== undefined))].sort();
}
