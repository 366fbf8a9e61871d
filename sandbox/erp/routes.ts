import { z } from 'zod';
import { parseBody, type Answer, type Request, type Route } from '../shared/http.ts';
import { rateOn } from './books.ts';
import type { ErpDocument } from './documents.ts';
import type { Erp } from './erp.ts';
import { invoiceDocument, postInvoice, reverseInvoice, setPayBlock } from './invoices.ts';
import { changeOrder, inspectMovement, postMovement } from './movements.ts';
import { openItems, postPayment, reversePayment } from './payments.ts';
import { billingHistory, type CompanyBooks } from './state.ts';
import { inspectionSchema, invoiceSchema, movementSchema, orderChangeSchema, outgoingPaymentSchema, payBlockSchema, reversalSchema, type Order } from './vendor-model.ts';
import { searchVendors } from './vendor-search.ts';

/** The ERP's public interface. Lists answer `{items}`, one object answers itself, an error `{error: {code, text}}`. */
export function erpRoutes(erp: Erp): Route[] {
  const inCompany = (use: (books: CompanyBooks, request: Request) => Answer) => (request: Request) => use(erp.books(request.params['company']), request);
  const reference = ({ body }: Request) => referenceSchema.safeParse(body).data?.externalRef;

  return [
    { name: 'erp.companies.read', method: 'GET', path: '/erp/companies', handle: () => list([...erp.state.values()].map((books) => books.company)) },
    { name: 'erp.rates.read', method: 'GET', path: '/erp/:company/exchange-rates', handle: inCompany(readRates) },
    { name: 'erp.vendors.search', method: 'GET', path: '/erp/:company/vendors', handle: inCompany((books, { query }) => list(searchVendors(books, query))) },
    { name: 'erp.orders.read', method: 'GET', path: '/erp/:company/purchase-orders', handle: inCompany(readOrders) },
    { name: 'erp.orders.change', method: 'POST', path: '/erp/:company/purchase-orders/:order/changes', handle: inCompany(postOrderChange) },
    { name: 'erp.movements.read', method: 'GET', path: '/erp/:company/material-documents', handle: inCompany(readMovements) },
    { name: 'erp.movements.post', method: 'POST', path: '/erp/:company/material-documents', handle: inCompany(postMaterialDocument) },
    { name: 'erp.movements.inspect', method: 'POST', path: '/erp/:company/material-documents/:document/inspection', handle: inCompany(postInspection) },
    { name: 'erp.invoices.find', method: 'GET', path: '/erp/:company/supplier-invoices', handle: inCompany(findInvoices), reference: ({ query }) => query.get('externalRef') ?? undefined },
    { name: 'erp.invoices.read', method: 'GET', path: '/erp/:company/supplier-invoices/:document', handle: inCompany((books, { params }) => one(invoiceDocument(books, params['document'] ?? ''))) },
    { name: 'erp.invoices.post', method: 'POST', path: '/erp/:company/supplier-invoices', handle: inCompany(postSupplierInvoice), reference },
    { name: 'erp.invoices.reverse', method: 'POST', path: '/erp/:company/supplier-invoices/:document/reversal', handle: inCompany(postReversal), reference },
    { name: 'erp.invoices.block', method: 'POST', path: '/erp/:company/supplier-invoices/:document/payment-block', handle: inCompany(postPayBlock), reference },
    { name: 'erp.payments.find', method: 'GET', path: '/erp/:company/outgoing-payments', handle: inCompany(findInvoices), reference: ({ query }) => query.get('externalRef') ?? undefined },
    { name: 'erp.payments.post', method: 'POST', path: '/erp/:company/outgoing-payments', handle: inCompany(postOutgoingPayment), reference },
    { name: 'erp.payments.reverse', method: 'POST', path: '/erp/:company/outgoing-payments/:document/reversal', handle: inCompany(postPaymentReversal), reference },
    { name: 'erp.openitems.read', method: 'GET', path: '/erp/:company/open-items', handle: inCompany((books) => list(openItems(books))) },
    { name: 'erp.changes.read', method: 'GET', path: '/erp/:company/changes', handle: inCompany(readChanges) },
  ];

  function postOrderChange(books: CompanyBooks, { params, body }: Request): Answer {
    const orderNo = params['order'] ?? '';
    erp.commit(changeOrder(books, orderNo, parseBody(orderChangeSchema, body), erp.now()));
    return one(orderView(books, books.orders.get(orderNo) as Order));
  }

  function postMaterialDocument(books: CompanyBooks, { body }: Request): Answer {
    const fact = postMovement(books, parseBody(movementSchema, body), erp.now());
    return posted(fact);
  }

  function postInspection(books: CompanyBooks, { params, body }: Request): Answer {
    const documentNo = params['document'] ?? '';
    erp.commit(inspectMovement(books, documentNo, parseBody(inspectionSchema, body).acceptedQty));
    return one(movementView(books.documents.get(documentNo) as ErpDocument));
  }

  function postSupplierInvoice(books: CompanyBooks, { body }: Request): Answer {
    return posted(postInvoice(books, parseBody(invoiceSchema, body), erp.now()));
  }

  function postReversal(books: CompanyBooks, { params, body }: Request): Answer {
    return posted(reverseInvoice(books, params['document'] ?? '', parseBody(reversalSchema, body), erp.now()));
  }

  function postOutgoingPayment(books: CompanyBooks, { body }: Request): Answer {
    return posted(postPayment(books, parseBody(outgoingPaymentSchema, body), erp.now()));
  }

  function postPaymentReversal(books: CompanyBooks, { params, body }: Request): Answer {
    return posted(reversePayment(books, params['document'] ?? '', parseBody(reversalSchema, body), erp.now()));
  }

  function postPayBlock(books: CompanyBooks, { params, body }: Request): Answer {
    const documentNo = params['document'] ?? '';
    erp.commit(setPayBlock(books, documentNo, parseBody(payBlockSchema, body)));
    return one(invoiceDocument(books, documentNo));
  }

  function posted(fact: ReturnType<typeof postInvoice>): Answer {
    erp.commit(fact);
    return { status: 201, body: fact.kind === 'document' ? (fact.document.movement ? movementView(fact.document) : fact.document) : undefined };
  }
}

const referenceSchema = z.object({ externalRef: z.string().optional() });

/** The rate into company currency on a day; an empty list where the books have none. */
function readRates(books: CompanyBooks, { query }: Request): Answer {
  const [currencyCode, onDate] = [query.get('currencyCode') ?? '', parseBody(z.iso.date(), query.get('onDate'))];
  const found = rateOn(books.company, currencyCode, onDate);
  return list(found ? [{ currencyCode, companyCurrency: books.company.currencyCode, rate: found.rate, validFrom: found.validFrom }] : []);
}

function readOrders(books: CompanyBooks, { query }: Request): Answer {
  const orders = query.getAll('number').map((number) => books.orders.get(number));
  return list(orders.filter((order) => order !== undefined).map((order) => orderView(books, order)));
}

function orderView(books: CompanyBooks, order: Order): object {
  return { ...order, companyCode: books.company.companyCode, items: order.items.map((item) => ({ ...item, billing: billingHistory(books, order.orderNo, item) })) };
}

function readMovements(books: CompanyBooks, { query }: Request): Answer {
  const documents = query.getAll('order').flatMap((orderNo) => books.byOrder.get(orderNo) ?? []);
  return list(documents.filter((document) => document.movement).map(movementView));
}

function movementView(document: ErpDocument): object {
  return { ...document.movement, documentNo: document.documentNo, companyCode: document.companyCode };
}

/** Every document that carries the reference, oldest first: two, where it was posted twice. */
function findInvoices(books: CompanyBooks, { query }: Request): Answer {
  return list(books.byReference.get(query.get('externalRef') ?? '') ?? []);
}

const pageSize = 200;

function readChanges(books: CompanyBooks, { query }: Request): Answer {
  const after = parseBody(z.coerce.number().int().nonnegative(), query.get('after') ?? '0');
  const limit = parseBody(z.coerce.number().int().positive().max(pageSize), query.get('limit') ?? pageSize);
  const items = books.changes.filter((change) => change.seq > after).slice(0, limit);
  return { status: 200, body: { items, next: String(items.at(-1)?.seq ?? after) } };
}

function list(items: unknown[]): Answer {
  return { status: 200, body: { items } };
}

function one(body: unknown): Answer {
  return { status: 200, body };
}
