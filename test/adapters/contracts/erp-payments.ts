import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErpPort } from '../../../adapters/ports/erp.ts';
import type { SupplierInvoiceCommand } from '../../../domain/model/posting.ts';
import { addMoney, money, noMoney, subtractMoney } from '../../../domain/rules/money.ts';
import type { ErpCounterpart, ErpUnderTest } from './erp-counterpart.ts';
import { expectBalanced, posted } from './judgements.ts';

const context = { correlationId: 'contract-payments' };
const eur = (minor: bigint) => money('EUR', minor);

/** What an ERP must do where it takes part in payments; judged by its own books. An ERP without these functions is told so by its capabilities. */
export function describeErpPayments(name: string, open: () => Promise<ErpUnderTest>): void {
  describe(`ERP contract, payments: ${name}`, () => {
    let test: ErpUnderTest;
    let erp: ErpPort;
    let counterpart: ErpCounterpart;
    let number = 0;
    beforeAll(async () => {
      test = await open();
      ({ erp, counterpart } = test);
    });
    afterAll(() => counterpart?.close());

    /** A document without an order, open for its whole amount. */
    async function payable(amount: bigint, documentClass: 'invoice' | 'credit-note' = 'invoice', paymentBlocked = false) {
      const gross = eur(documentClass === 'credit-note' ? -amount : amount);
      const command: SupplierInvoiceCommand = {
        entity: test.entity, externalReference: `pay-contract-${(number += 1)}`, correlationId: context.correlationId, class: documentClass, supplierId: counterpart.supplier.id, supplierInvoiceNumber: `P-${number}`,
        documentDate: '2026-11-10', postingDate: '2026-11-10', dueDate: '2026-12-10', currency: 'EUR', lines: [{ kind: 'account', account: '620000', costCentre: '1000', net: gross }], taxes: [], gross, payable: gross, paymentBlocked,
      };
      return { ...posted(await erp.postSupplierInvoice(command, context)), reference: command.externalReference };
    }

    const booking = (externalReference: string, documents: { documentNumber: string; amount: ReturnType<typeof eur>; discount: ReturnType<typeof eur>; withheld?: ReturnType<typeof eur> }[]) => ({
      entity: test.entity, externalReference, correlationId: context.correlationId, supplierId: counterpart.supplier.id, bookedOn: '2026-11-20', bankReference: 'entry-1',
      amount: documents.reduce((total, { amount }) => addMoney(total, amount), noMoney('EUR')), documents: documents.map((document) => ({ withheld: noMoney('EUR'), ...document })),
    });
    const openOf = async (documentNumber: string) => (await erp.getOpenPayables?.(test.entity, context))?.documents.find((document) => document.documentNumber === documentNumber)?.open;

    it('has the functions that its capabilities name', () => {
      for (const capability of ['getSuppliers', 'bookPayment', 'reversePayment', 'getOpenPayables'] as const) expect(erp[capability] !== undefined, capability).toBe(test.capabilities.includes(capability));
    });

    it('reads suppliers by their ids as they are now, and leaves unknown ones out', async () => {
      const found = await erp.getSuppliers(test.entity, [counterpart.supplier.id, 'UNKNOWN'], context);
      expect(found.map(({ id }) => id)).toEqual([counterpart.supplier.id]);
      expect(found[0]!.bankAccounts.map(({ iban }) => iban?.replaceAll(' ', ''))).toContain(counterpart.supplier.iban);
      expect(await erp.getSuppliers(test.entity, [], context)).toEqual([]);
    });

    it('a booked payment clears what it settles, discount and credit included, in a balanced document that is found again', async () => {
      if (!erp.bookPayment) return;
      const [invoice, credit] = [await payable(100_000n), await payable(20_000n, 'credit-note')];
      expect(await openOf(invoice.documentNumber)).toEqual(eur(100_000n));
      expect(await openOf(credit.documentNumber)).toEqual(eur(-20_000n));
      const command = booking('pay-1', [
        { documentNumber: invoice.documentNumber, amount: eur(98_000n), discount: eur(2_000n) },
        { documentNumber: credit.documentNumber, amount: eur(-20_000n), discount: eur(0n) },
      ]);
      const document = posted(await erp.bookPayment(command, context));
      const [own, ...more] = await counterpart.documents('pay-1');
      expect(more).toEqual([]);
      expect(own).toMatchObject({ documentNumber: document.documentNumber, correlationId: context.correlationId });
      expectBalanced(own);
      expect([await openOf(invoice.documentNumber), await openOf(credit.documentNumber)]).toEqual([undefined, undefined]);
      expect(await erp.findByExternalReference(test.entity, 'pay-1', context)).toMatchObject({ documentNumber: document.documentNumber, status: 'posted' });
    });

    it('tells of an open document whether it is blocked for payment there, and that it is no more', async () => {
      if (!erp.getOpenPayables) return;
      const isBlocked = async (documentNumber: string) => (await erp.getOpenPayables!(test.entity, context)).documents.find((document) => document.documentNumber === documentNumber)?.paymentBlocked;
      const [free, held] = [await payable(30_000n), await payable(40_000n, 'invoice', true)];
      expect([await isBlocked(free.documentNumber), await isBlocked(held.documentNumber)]).toEqual([false, true]);
      if (!erp.setPaymentBlock) return;
      posted(await erp.setPaymentBlock({ entity: test.entity, documentNumber: held.documentNumber, externalReference: held.reference, blocked: false }, context));
      expect(await isBlocked(held.documentNumber)).toBe(false);
    });

    it('T6: what is withheld clears the document with what is paid, and the payment is over what was paid', async () => {
      if (!erp.bookPayment) return;
      const invoice = await payable(119_000n);
      const command = booking('pay-4', [{ documentNumber: invoice.documentNumber, amount: eur(103_175n), discount: eur(0n), withheld: eur(15_825n) }]);
      posted(await erp.bookPayment(command, context));
      expect(await openOf(invoice.documentNumber)).toBeUndefined();
      expectBalanced((await counterpart.documents('pay-4'))[0]);
      const other = await payable(10_000n);
      const tooMuch = booking('pay-5', [{ documentNumber: other.documentNumber, amount: eur(9_000n), discount: eur(0n), withheld: eur(1_001n) }]);
      expect(await erp.bookPayment(tooMuch, context)).toMatchObject({ outcome: 'refused' });
    });

    it('money that came back opens again what the payment had settled', async () => {
      if (!erp.bookPayment || !erp.reversePayment) return;
      const invoice = await payable(50_000n);
      const paid = posted(await erp.bookPayment(booking('pay-2', [{ documentNumber: invoice.documentNumber, amount: eur(50_000n), discount: eur(0n) }]), context));
      posted(await erp.reversePayment({ entity: test.entity, documentNumber: paid.documentNumber, externalReference: 'unpay-2', correlationId: context.correlationId, reason: 'returned AC04' }, context));
      expect(await openOf(invoice.documentNumber)).toEqual(subtractMoney(eur(50_000n), eur(0n)));
      expectBalanced((await counterpart.documents('unpay-2'))[0]);
      expect((await counterpart.documents('pay-2'))[0]).toMatchObject({ reversed: true });
    });

    it('more than what is open is refused, and changes nothing', async () => {
      if (!erp.bookPayment) return;
      const invoice = await payable(10_000n);
      expect(await erp.bookPayment(booking('pay-3', [{ documentNumber: invoice.documentNumber, amount: eur(10_001n), discount: eur(0n) }]), context)).toMatchObject({ outcome: 'refused' });
      expect(await counterpart.documents('pay-3')).toEqual([]);
      expect(await openOf(invoice.documentNumber)).toEqual(eur(10_000n));
    });
  });
}
