import { describe, expect, it } from 'vitest';
import { changed, invoiceOf } from './changed-samples.ts';
import { sampleText } from './public-files.ts';

const ubl = sampleText('invoice.ubl.xml');
const cii = sampleText('corrected.cii.xml');

describe('UBL: kinds of documents', () => {
  it('a self-billed document has the lines of the others', async () => {
    const selfBilled = changed(ubl, [/<Invoice /, '<SelfBilledInvoice '], ['</Invoice>', '</SelfBilledInvoice>'], ['xsd:Invoice-2', 'xsd:SelfBilledInvoice-2'], ['<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>', '']);
    expect(await invoiceOf(selfBilled)).toEqual({ ...(await invoiceOf(ubl)), typeCode: '389' });
    const credit = sampleText('trio-credit-note.ubl.xml');
    const selfCredit = changed(credit, [/<CreditNote /, '<SelfBilledCreditNote '], ['</CreditNote>', '</SelfBilledCreditNote>'], ['xsd:CreditNote-2', 'xsd:SelfBilledCreditNote-2'], [/<cbc:CreditNoteTypeCode>381<\/cbc:CreditNoteTypeCode>/, '']);
    expect(await invoiceOf(selfCredit)).toEqual({ ...(await invoiceOf(credit)), typeCode: '261' });
  });

  it.each([
    ['01', 'invoice', '380'],
    ['02', 'credit-note', '381'],
    ['03', 'invoice', '383'],
    ['04', 'credit-note', '381'],
    ['11', 'invoice', '389'],
    ['12', 'credit-note', '261'],
    ['13', 'invoice', '527'],
    ['14', 'credit-note', '261'],
    ['380', 'invoice', '380'],
    ['381', 'credit-note', '381'],
  ])('code %s of the list of Malaysia is %s %s', async (code, documentClass, typeCode) => {
    const text = changed(ubl, ['<cbc:InvoiceTypeCode>380<', `<cbc:InvoiceTypeCode listVersionID="1.1">${code}<`]);
    expect(await invoiceOf(text)).toMatchObject({ class: documentClass, typeCode });
  });

  it('such a code of another list is taken as it stands', async () => {
    expect(await invoiceOf(changed(ubl, ['<cbc:InvoiceTypeCode>380<', '<cbc:InvoiceTypeCode listAgencyName="PE:SUNAT">04<']))).toMatchObject({ class: 'invoice', typeCode: '04' });
  });
});

describe('preceding invoices that only other parts of the document name', () => {
  const ublReference = (id: string, status = '') => `<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>${id}</cbc:ID><cbc:IssueDate>2026-09-01</cbc:IssueDate>${status}</cac:InvoiceDocumentReference></cac:BillingReference>`;
  const ciiReference = (id: string) => `<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>${id}</ram:IssuerAssignedID></ram:InvoiceReferencedDocument>`;

  it('UBL: after those of the document, each once', async () => {
    const text = changed(ubl, ['  <cac:AccountingSupplierParty>', `${ublReference('A')}$&`], ['<cac:Item>', `${ublReference('A')}${ublReference('B')}${ublReference('B')}$&`]);
    expect((await invoiceOf(text)).references.preceding).toEqual([{ number: 'A', issueDate: '2026-09-01' }, { number: 'B', issueDate: '2026-09-01' }]);
  });

  it('UBL: a reference that says what the line is among its parts names none', async () => {
    const text = changed(ubl, ['<cac:Item>', `${ublReference('PL-2026-0871', '<cbc:DocumentStatusCode>DETAIL</cbc:DocumentStatusCode>')}$&`]);
    expect((await invoiceOf(text)).references.preceding).toEqual([]);
  });

  it('CII: an advance payment, once', async () => {
    const advance = (id: string) => `<ram:SpecifiedAdvancePayment><ram:PaidAmount>1.00</ram:PaidAmount><ram:InvoiceSpecifiedReferencedDocument><ram:IssuerAssignedID>${id}</ram:IssuerAssignedID><ram:FormattedIssueDateTime><qdt:DateTimeString xmlns:qdt="urn:un:unece:uncefact:data:standard:QualifiedDataType:100" format="102">20260801</qdt:DateTimeString></ram:FormattedIssueDateTime></ram:InvoiceSpecifiedReferencedDocument></ram:SpecifiedAdvancePayment>`;
    const text = changed(cii, ['</ram:ApplicableHeaderTradeSettlement>', `${advance('PL-2026-0871')}${advance('AN-1')}$&`]);
    expect((await invoiceOf(text)).references.preceding).toEqual([{ number: 'PL-2026-0871', issueDate: '2026-10-05' }, { number: 'AN-1', issueDate: '2026-08-01' }]);
  });

  it('CII (extended profile)', async () => {
    const text = changed(cii, ['</ram:SpecifiedLineTradeSettlement>', `${ciiReference('PL-2026-0871')}${ciiReference('B')}$&`]);
    expect((await invoiceOf(text)).references.preceding).toEqual([{ number: 'PL-2026-0871', issueDate: '2026-10-05' }, { number: 'B' }]);
  });
});
