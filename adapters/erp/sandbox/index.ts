import { KontorError } from '../../../domain/errors.ts';
import type { PostedDocument } from '../../../domain/model/posting.ts';
import type { AdapterDefinition, CallContext } from '../../ports/definition.ts';
import type { ErpPort, PostingAnswer } from '../../ports/erp.ts';
import { createClient } from './client.ts';
import { sandboxErpConfigSchema, type SandboxErpConfig } from './config.ts';
import { liveDocument, payBlockOf, supplierQuery, toChanges, toGoodsReceipt, toInvoiceBody, toOpenPayables, toPaymentBody, toPostedDocument, toPurchaseOrder, toSupplier } from './translate.ts';
import { changesSchema, documentSchema, listOf, movementSchema, openItemSchema, orderSchema, rateSchema, vendorSchema, type WireDocument } from './wire.ts';

/** The ERP of the sandbox (`sandbox/erp`). */
export const sandboxErp: AdapterDefinition<ErpPort, SandboxErpConfig> = {
  name: 'sandbox',
  title: 'Sandbox ERP',
  capabilities: ['findSuppliers', 'getPurchaseOrders', 'getGoodsReceipts', 'getExchangeRate', 'postSupplierInvoice', 'findByExternalReference', 'reverseDocument', 'setPaymentBlock', 'getSuppliers', 'bookPayment', 'reversePayment', 'getOpenPayables', 'changesSince'],
  config: sandboxErpConfigSchema,
  settleWindowMs: (config) => config.settleWindowMs,
  longestCallMs: (config) => config.timeoutMs,
  counterpart: (config) => new URL(config.baseUrl).host,

  create(config, tools) {
    const client = createClient(config, tools);
    return {
      async findSuppliers(query, context) {
        const marks = supplierQuery(query);
        if (marks.length === 0) return [];
        const { items } = await client.read({ purpose: 'find suppliers', path: ['vendors'], query: marks }, listOf(vendorSchema), context);
        return items.map((vendor) => toSupplier(query.entity, vendor));
      },

      async getSuppliers(entity, ids, context) {
        if (ids.length === 0) return [];
        const { items } = await client.read({ purpose: 'get suppliers', path: ['vendors'], query: each('vendorNo', ids) }, listOf(vendorSchema), context);
        return items.map((vendor) => toSupplier(entity, vendor));
      },

      async getPurchaseOrders(entity, numbers, context) {
        if (numbers.length === 0) return [];
        const { items } = await client.read({ purpose: 'get purchase orders', path: ['purchase-orders'], query: each('number', numbers) }, listOf(orderSchema), context);
        return items.map((order) => toPurchaseOrder(entity, order));
      },

      async getGoodsReceipts(entity, orderNumbers, context) {
        if (orderNumbers.length === 0) return [];
        const { items } = await client.read({ purpose: 'get goods receipts', path: ['material-documents'], query: each('order', orderNumbers) }, listOf(movementSchema), context);
        return items.map((movement) => toGoodsReceipt(entity, movement));
      },

      async getExchangeRate({ from, to, date }, context) {
        const question = { purpose: 'get exchange rate', path: ['exchange-rates'], query: [...each('currencyCode', [from]), ...each('onDate', [date])] };
        const { items } = await client.read(question, listOf(rateSchema), context);
        // The books hold rates into the company's currency only.
        const found = items.find((rate) => rate.currencyCode === from && rate.companyCurrency === to);
        return found && { from, to, rate: found.rate, date };
      },

      postSupplierInvoice(command, context) {
        return post('post supplier invoice', ['supplier-invoices'], command.externalReference, toInvoiceBody(command), context);
      },

      async findByExternalReference(_entity, externalReference, context) {
        const question = { purpose: 'find by external reference', path: ['supplier-invoices'], query: each('externalRef', [externalReference]) };
        const { items } = await client.read(question, listOf(documentSchema), context);
        const document = liveDocument(items);
        return document && settled(document, externalReference, 'find by external reference');
      },

      reverseDocument({ documentNumber, externalReference, correlationId, reason }, context) {
        const body = { externalRef: externalReference, traceRef: correlationId, reason };
        return post('reverse document', ['supplier-invoices', documentNumber, 'reversal'], externalReference, body, context);
      },

      setPaymentBlock({ documentNumber, externalReference, blocked }, context) {
        const body = { externalRef: externalReference, traceRef: context.correlationId, payBlock: payBlockOf(blocked) };
        return post('set payment block', ['supplier-invoices', documentNumber, 'payment-block'], externalReference, body, context);
      },

      bookPayment(command, context) {
        return post('book payment', ['outgoing-payments'], command.externalReference, toPaymentBody(command), context);
      },

      reversePayment({ documentNumber, externalReference, correlationId, reason }, context) {
        const body = { externalRef: externalReference, traceRef: correlationId, reason };
        return post('reverse payment', ['outgoing-payments', documentNumber, 'reversal'], externalReference, body, context);
      },

      async getOpenPayables(_entity, context) {
        const { items } = await client.read({ purpose: 'get open payables', path: ['open-items'], query: [] }, listOf(openItemSchema), context);
        return toOpenPayables(items);
      },

      async changesSince(_entity, cursor, context) {
        const page = await client.read({ purpose: 'read changes', path: ['changes'], query: each('after', cursor === undefined ? [] : [cursor]) }, changesSchema, context);
        return toChanges(config.company, page);
      },
    };

    async function post(purpose: string, path: string[], externalReference: string, body: object, context: CallContext): Promise<PostingAnswer> {
      const answer = await client.send({ purpose, path, body }, documentSchema, context);
      if ('refused' in answer) return { outcome: 'refused', code: answer.refused.code, message: answer.refused.text };
      return { outcome: 'posted', document: settled(answer.done, externalReference, purpose) };
    }
  },
};

/** A document in a status that says neither posted nor reversed is an unknown outcome, to be enquired later. */
function settled(document: WireDocument, externalReference: string, purpose: string): PostedDocument {
  const posted = toPostedDocument(document, externalReference);
  if (!posted) throw new KontorError('outcome-unknown', `${purpose}: document ${document.documentNo} is neither posted nor reversed yet`);
  return posted;
}

function each(name: string, values: string[]): [name: string, value: string][] {
  return values.map((value) => [name, value]);
}
