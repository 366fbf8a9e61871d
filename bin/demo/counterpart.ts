import { z } from 'zod';

/** What the comparison reads of the ERP's own ledger. */
const documentSchema = z.object({
  companyCode: z.string(),
  documentNo: z.string(),
  docType: z.string(),
  status: z.string(),
  vendorNo: z.string(),
  vendorInvoiceNo: z.string().optional(),
  grossValue: z.string(),
  currencyCode: z.string(),
  payBlock: z.string(),
  amendments: z.array(z.object({ payBlock: z.string() })),
});
export type LedgerDocument = z.infer<typeof documentSchema>;
/** What the comparison reads of the bank's own books: a payment counts once it is booked. */
const paymentSchema = z.object({
  endToEndId: z.string(),
  state: z.string(),
  amount: z.object({ currency: z.string(), minor: z.string() }),
  creditor: z.object({ account: z.string() }),
});
export type BankPayment = z.infer<typeof paymentSchema>;
const bankLedgerSchema = z.object({ bank: z.object({ payments: z.array(paymentSchema) }) });
const ledgerSchema = z.object({ erp: z.object({ documents: z.array(documentSchema) }) });

/** The sandbox as the supplier, the warehouse and the auditor see it: nothing of Kontor lies between. */
export function counterpartAt(sandboxUrl: string) {
  return {
    /** Suppliers, orders and receipts of this run. */
    seed: (body: string) => send('/_sandbox/seed', body),
    /** The bank's days pass within a second, so that a payment is booked while somebody looks on. */
    hurryBank: () => send('/_sandbox/bank/behaviour', JSON.stringify({ kind: 'auto-advance', afterMs: 500 })),
    receive: (company: string, body: string) => send(`/erp/${company}/material-documents`, body),
    /** Payments that the bank has booked. */
    async payments(): Promise<BankPayment[]> {
      const response = await fetch(`${sandboxUrl}/_sandbox/ledger?service=bank`);
      return bankLedgerSchema.parse(await response.json()).bank.payments.filter(({ state }) => state === 'booked');
    },
    /** Invoices and credit memos that stand in the books of all companies. */
    async invoices(): Promise<LedgerDocument[]> {
      const response = await fetch(`${sandboxUrl}/_sandbox/ledger?service=erp`);
      const { erp } = ledgerSchema.parse(await response.json());
      return erp.documents.filter(({ docType, status }) => (docType === 'INV' || docType === 'CRM') && status === 'POSTED');
    },
  };

  async function send(path: string, body: string): Promise<void> {
    const response = await fetch(sandboxUrl + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (!response.ok) throw new Error(`The sandbox refused ${path} (${response.status}): ${(await response.text()).slice(0, 300)}`);
  }
}
export type Counterpart = ReturnType<typeof counterpartAt>;
