import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { erpOperations, type ErpPort } from '../../../adapters/ports/erp.ts';
import type { ErrorCode } from '../../../domain/errors.ts';
import { goodsReceiptSchema } from '../../../domain/model/goods-receipt.ts';
import { purchaseOrderSchema } from '../../../domain/model/purchase-order.ts';
import { supplierSchema } from '../../../domain/model/supplier.ts';
import { postedDocumentSchema, type SupplierInvoiceCommand } from '../../../domain/model/posting.ts';
import type { ErpCounterpart, ErpUnderTest, InjectedFault, PlacedOrder } from './erp-counterpart.ts';
import { drained, expectBalanced, failure, posted } from './judgements.ts';

const context = { correlationId: 'contract-correlation' };
const marker = 'CONFIDENTIAL-7f3a';

/**
 * What every ERP adapter must do. The suite calls the port and judges by the counterpart's own books, never by the
 * adapter's word alone.
 */
export function describeErpContract(name: string, open: () => Promise<ErpUnderTest>): void {
  describe(`ERP contract: ${name}`, () => {
    let test: ErpUnderTest;
    let erp: ErpPort;
    let counterpart: ErpCounterpart;
    beforeAll(async () => {
      test = await open();
      ({ erp, counterpart } = test);
    });
    afterEach(() => counterpart.clear());
    afterAll(() => counterpart?.close());

    describe('reads', () => {
      it.each(['vatId', 'ibans', 'externalIds', 'name'] as const)('finds a supplier by %s', async (mark) => {
        const { supplier } = counterpart;
        const marks = { vatId: supplier.vatId, ibans: [supplier.iban], externalIds: [supplier.externalId], name: supplier.name };
        const found = await erp.findSuppliers({ entity: test.entity, [mark]: marks[mark] }, context);
        expect(found.map(({ id }) => id)).toEqual([supplier.id]);
        expect(supplierSchema.parse(found[0]).entity).toBe(test.entity);
      });

      it('finds nobody by unknown or absent marks', async () => {
        expect(await erp.findSuppliers({ entity: test.entity, vatId: 'DE000000000' }, context)).toEqual([]);
        expect(await erp.findSuppliers({ entity: test.entity }, context)).toEqual([]);
      });

      it('reads orders and leaves unknown numbers out', async () => {
        const order = await counterpart.placeOrder({ quantity: '100', unitPrice: '10.125' });
        const orders = await erp.getPurchaseOrders(test.entity, [order.number, 'UNKNOWN'], context);
        expect(orders).toHaveLength(1);
        const read = purchaseOrderSchema.parse(orders[0]);
        expect(read).toMatchObject({ number: order.number, entity: test.entity, supplierId: counterpart.supplier.id, status: 'approved' });
        expect(read.lines[0]).toMatchObject({ id: order.line, quantity: '100', unitPrice: '10.125', status: 'open', invoiced: [] });
        expect(await erp.getPurchaseOrders(test.entity, [], context)).toEqual([]);
      });

      it('reads receipts as positive and returns as negative quantities', async () => {
        const order = await counterpart.placeOrder({ quantity: '100', unitPrice: '10.00' });
        await counterpart.receive(order, '60');
        await counterpart.receive(order, '-10');
        const receipts = await erp.getGoodsReceipts(test.entity, [order.number, 'UNKNOWN'], context);
        expect(receipts.map((receipt) => goodsReceiptSchema.parse(receipt).quantity)).toEqual(['60', '-10']);
        expect(await erp.getGoodsReceipts(test.entity, [], context)).toEqual([]);
      });

      it('gives the rate of a day into company currency, and none where the books have none', async () => {
        expect(erp.getExchangeRate !== undefined).toBe(test.capabilities.includes('getExchangeRate'));
        if (!erp.getExchangeRate) return;
        const { from, to, date, rate } = counterpart.rate;
        const ask = (query: { from: string; to: string; date: string }) => erp.getExchangeRate?.({ entity: test.entity, ...query }, context);
        expect(await ask({ from, to, date })).toEqual({ from, to, date, rate });
        expect(await ask({ from, to, date: '1999-01-01' })).toBeUndefined();
        expect(await ask({ from: 'XAF', to, date })).toBeUndefined();
        expect(await ask({ from, to: 'XAF', date })).toBeUndefined();
      });

      it('knows nothing under an unknown reference', async () => {
        expect(await erp.findByExternalReference(test.entity, 'never-sent', context)).toBeUndefined();
      });
    });

    describe('posting', () => {
      it('posts a balanced document with our reference and correlation id, and finds it again', async () => {
        const order = await receivedOrder('100', '10.00');
        const command = commandFor(order, { quantity: '100', net: 103_000n });
        const document = posted(await erp.postSupplierInvoice(command, context));
        expect(postedDocumentSchema.parse(document)).toMatchObject({ externalReference: command.externalReference, status: 'posted', gross: command.gross, open: command.payable, paymentBlocked: false });

        const [own, ...more] = await counterpart.documents(command.externalReference);
        expect(more).toEqual([]);
        expect(own).toMatchObject({ documentNumber: document.documentNumber, correlationId: command.correlationId });
        expectBalanced(own);
        expect(await erp.findByExternalReference(test.entity, command.externalReference, context)).toEqual(document);
      });

      it('shows on the order line what was invoiced, under our reference (M9)', async () => {
        const order = await receivedOrder('100', '10.00');
        const command = commandFor(order, { quantity: '60', net: 60_000n });
        posted(await erp.postSupplierInvoice(command, context));
        expect(await invoicedOn(order)).toEqual([{ externalReference: command.externalReference, quantity: '60', value: { currency: 'EUR', minor: '60000' } }]);
      });

      it('posts a credit note with negative amounts and quantities (C1)', async () => {
        const order = await receivedOrder('100', '10.00');
        const command = { ...commandFor(order, { quantity: '-10', net: -10_500n }), class: 'credit-note' as const };
        const document = posted(await erp.postSupplierInvoice(command, context));
        expect(document).toMatchObject({ gross: command.gross, open: command.payable });
        expect((await invoicedOn(order))[0]).toMatchObject({ quantity: '-10', value: { minor: '-10500' } });
        expectBalanced((await counterpart.documents(command.externalReference))[0]);
      });

      it('balances in a foreign currency and in company currency', async () => {
        const order = await receivedOrder('3', '33.33', 'USD');
        const command = commandFor(order, { quantity: '3', net: 10_001n, currency: 'USD' });
        posted(await erp.postSupplierInvoice(command, context));
        expectBalanced((await counterpart.documents(command.externalReference))[0]);
      });

      it('answers a refusal of the ERP as a value, with nothing posted', async () => {
        const draft = await counterpart.placeOrder({ quantity: '1', unitPrice: '1.00', status: 'draft' });
        for (const command of [commandFor(draft, { quantity: '1', net: 100n }), { ...commandFor(draft, { quantity: '1', net: 100n }), supplierId: 'NOBODY' }]) {
          const answer = await erp.postSupplierInvoice(command, context);
          expect(answer).toMatchObject({ outcome: 'refused', code: expect.stringMatching(/\S/) as string, message: expect.stringMatching(/\S/) as string });
          expect(await counterpart.documents(command.externalReference)).toEqual([]);
        }
      });

      it('two calls make two documents: keeping it to one is the work of `once`', async () => {
        const order = await receivedOrder('100', '10.00');
        const command = commandFor(order, { quantity: '50', net: 50_000n });
        const [first, second] = [posted(await erp.postSupplierInvoice(command, context)), posted(await erp.postSupplierInvoice(command, context))];
        expect(first.documentNumber).not.toBe(second.documentNumber);
        expect(await counterpart.documents(command.externalReference)).toHaveLength(2);
      });
    });

    describe('reversal and payment block', () => {
      it('reverses once, under a reference of its own, and restores the order line', async () => {
        const order = await receivedOrder('100', '10.00');
        const command = commandFor(order, { quantity: '100', net: 103_000n });
        const document = posted(await erp.postSupplierInvoice(command, context));
        const reversal = { entity: test.entity, documentNumber: document.documentNumber, externalReference: reference('rev'), correlationId: 'reversal-correlation', reason: 'wrong supplier' };
        const answer = posted(await erp.reverseDocument(reversal, context));
        expect(answer.gross).toEqual({ currency: 'EUR', minor: `-${command.gross.minor}` });

        expect(await erp.findByExternalReference(test.entity, command.externalReference, context)).toMatchObject({ status: 'reversed', reversedBy: answer.documentNumber, open: { minor: '0' } });
        expect(await erp.findByExternalReference(test.entity, reversal.externalReference, context)).toMatchObject({ documentNumber: answer.documentNumber, status: 'posted' });
        expect(await invoicedOn(order)).toEqual([]);
        const [own] = await counterpart.documents(reversal.externalReference);
        expect(own?.correlationId).toBe(reversal.correlationId);
        expectBalanced(own);
        expect(await erp.reverseDocument({ ...reversal, externalReference: reference('rev') }, context)).toMatchObject({ outcome: 'refused' });
        expect(await erp.reverseDocument({ ...reversal, documentNumber: '0' }, context)).toMatchObject({ outcome: 'refused' });
      });

      it('sets and lifts the payment block where the ERP has one', async () => {
        expect(erp.setPaymentBlock !== undefined).toBe(test.capabilities.includes('setPaymentBlock'));
        if (!erp.setPaymentBlock) return;
        const order = await receivedOrder('10', '10.00');
        const command = { ...commandFor(order, { quantity: '10', net: 10_000n }), paymentBlocked: true };
        const document = posted(await erp.postSupplierInvoice(command, context));
        expect(document.paymentBlocked).toBe(true);
        const release = { entity: test.entity, documentNumber: document.documentNumber, externalReference: reference('block'), blocked: false };
        expect(posted(await erp.setPaymentBlock(release, context))).toMatchObject({ documentNumber: document.documentNumber, paymentBlocked: false });
        expect((await counterpart.documents(command.externalReference))[0]?.paymentBlocked).toBe(false);
        expect(await erp.findByExternalReference(test.entity, release.externalReference, context)).toMatchObject({ documentNumber: document.documentNumber, paymentBlocked: false });
      });

      it('has exactly the functions that it declares', () => {
        const functions = Object.keys(erpOperations).filter((operation) => typeof Reflect.get(erp, operation) === 'function');
        expect(functions.sort()).toEqual([...test.capabilities].sort());
      });
    });

    describe('faults of the counterpart', () => {
      it.each<[InjectedFault, ErrorCode, number]>([
        ['slow', 'outcome-unknown', 1],
        ['fails-before', 'outcome-unknown', 0],
        ['fails-after', 'outcome-unknown', 1],
        ['loses-answer', 'outcome-unknown', 1],
        ['late', 'outcome-unknown', 1],
        ['throttles', 'counterpart-throttled', 0],
      ])('a post: %s is %s, and %i documents exist after the settle window', async (fault, code, documents) => {
        const order = await receivedOrder('10', '10.00');
        const command = commandFor(order, { quantity: '10', net: 10_000n });
        await counterpart.inject(fault, 'posts');
        const error = await failure(erp.postSupplierInvoice(command, context));
        expect(error.code).toBe(code);
        if (fault === 'throttles') expect(error.retryAfterMs).toBeGreaterThan(0);
        expect(await counterpart.injected()).toBe(1);
        await sleep(test.settleWindowMs);
        expect(await counterpart.documents(command.externalReference)).toHaveLength(documents);
        const found = await erp.findByExternalReference(test.entity, command.externalReference, context);
        expect(found?.externalReference).toBe(documents === 1 ? command.externalReference : undefined);
      });

      it('may commit after a first enquiry found nothing: absence is proof only after the settle window', async () => {
        const order = await receivedOrder('10', '10.00');
        const command = commandFor(order, { quantity: '10', net: 10_000n });
        await counterpart.inject('late', 'posts');
        expect((await failure(erp.postSupplierInvoice(command, context))).code).toBe('outcome-unknown');
        expect(await erp.findByExternalReference(test.entity, command.externalReference, context)).toBeUndefined();
        await sleep(test.settleWindowMs);
        expect(await erp.findByExternalReference(test.entity, command.externalReference, context)).toMatchObject({ status: 'posted' });
      });

      it('a lost answer to a reversal is found by the reference of the reversal', async () => {
        const order = await receivedOrder('10', '10.00');
        const command = commandFor(order, { quantity: '10', net: 10_000n });
        const { documentNumber } = posted(await erp.postSupplierInvoice(command, context));
        const reversal = { entity: test.entity, documentNumber, externalReference: reference('rev'), correlationId: 'c', reason: 'r' };
        await counterpart.inject('loses-answer', 'reversals');
        expect((await failure(erp.reverseDocument(reversal, context))).code).toBe('outcome-unknown');
        expect(await erp.findByExternalReference(test.entity, reversal.externalReference, context)).toMatchObject({ status: 'posted' });
      });

      it.each<[InjectedFault, ErrorCode]>([
        ['slow', 'counterpart-unavailable'],
        ['fails-before', 'counterpart-unavailable'],
        ['loses-answer', 'counterpart-unavailable'],
        ['throttles', 'counterpart-throttled'],
      ])('a read: %s is %s, and the next one works', async (fault, code) => {
        const order = await counterpart.placeOrder({ quantity: '1', unitPrice: '1.00' });
        await counterpart.inject(fault, 'reads');
        expect((await failure(erp.getPurchaseOrders(test.entity, [order.number], context))).code).toBe(code);
      });

      it('keeps what was sent out of its error messages', async () => {
        const order = await receivedOrder('10', '10.00');
        const command = { ...commandFor(order, { quantity: '10', net: 10_000n }), supplierInvoiceNumber: marker };
        for (const fault of ['slow', 'fails-after', 'loses-answer'] as const) {
          await counterpart.inject(fault, 'posts');
          expect(inspect(await failure(erp.postSupplierInvoice(command, context)), { depth: 20 })).not.toContain(marker);
        }
        await counterpart.inject('fails-before', 'reads');
        expect(inspect(await failure(erp.getPurchaseOrders(test.entity, [marker], context)), { depth: 20 })).not.toContain(marker);
      });
    });

    describe('changes', () => {
      it('come in order, each once, and resume at any cursor', async () => {
        const start = (await drained(erp, test.entity, undefined)).cursor;
        const order = await counterpart.placeOrder({ quantity: '100', unitPrice: '1.00' });
        const middle = await drained(erp, test.entity, start);
        await counterpart.receive(order, '10');
        await counterpart.receive(order, '20');
        const rest = await drained(erp, test.entity, middle.cursor);
        expect(middle.changes.map(({ kind, orderNumber }) => [kind, orderNumber])).toEqual([['purchase-order', order.number]]);
        expect(rest.changes.map(({ kind, orderNumber }) => [kind, orderNumber])).toEqual([['goods-receipt', order.number], ['goods-receipt', order.number]]);

        const all = await drained(erp, test.entity, undefined);
        expect(all.unread).toEqual([]);
        expect(new Set(all.changes.map(({ id }) => id)).size).toBe(all.changes.length);
        expect(all.changes.slice(-3)).toEqual([...middle.changes, ...rest.changes]);
        expect(await erp.changesSince(test.entity, all.cursor, context)).toEqual({ changes: [], unread: [], cursor: all.cursor });
      });
    });

    let references = 0;
    function reference(kind: string): string {
      references += 1;
      return `ap-invoice:${test.entity}:${counterpart.supplier.id}:${kind}-${references}:post:1`;
    }

    async function receivedOrder(quantity: string, unitPrice: string, currency = 'EUR'): Promise<PlacedOrder> {
      const order = await counterpart.placeOrder({ quantity, unitPrice, currency });
      await counterpart.receive(order, quantity);
      return order;
    }

    function commandFor(order: PlacedOrder, { quantity, net, currency = 'EUR' }: { quantity: string; net: bigint; currency?: string }): SupplierInvoiceCommand {
      const tax = (net * 19n) / 100n;
      const money = (minor: bigint) => ({ currency, minor: minor.toString() });
      const externalReference = reference('inv');
      return {
        entity: test.entity,
        externalReference,
        correlationId: `trace-${externalReference}`,
        class: 'invoice',
        supplierId: counterpart.supplier.id,
        supplierInvoiceNumber: `INV-${references}`,
        documentDate: '2026-11-03',
        postingDate: '2026-11-04',
        dueDate: '2026-12-03',
        currency,
        lines: [{ kind: 'order', orderNumber: order.number, orderLine: order.line, quantity, account: '620000', net: money(net) }],
        taxes: [{ category: 'S', rate: '19', base: money(net), amount: money(tax) }],
        gross: money(net + tax),
        payable: money(net + tax),
        paymentBlocked: false,
      };
    }

    async function invoicedOn(order: PlacedOrder) {
      const [read] = await erp.getPurchaseOrders(test.entity, [order.number], context);
      return read?.lines[0]?.invoiced ?? [];
    }
  });
}
