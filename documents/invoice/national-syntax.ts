import type { XmlNode } from '../xml/node.ts';

/** Invoices in vocabularies that are not read, by the name and the namespace of their root; a namespace of a version is matched by its beginning. */
const nationalInvoices: { root: RegExp; namespace: RegExp; syntax: string }[] = [
  { root: /^FatturaElettronica(Semplificata)?$/, namespace: /^/, syntax: 'FatturaPA (Italy)' },
  { root: /^Facturae$/, namespace: /facturae/i, syntax: 'Facturae (Spain)' },
  { root: /^Invoice$/, namespace: /^https?:\/\/www\.ebinterface\.at\//, syntax: 'ebInterface (Austria)' },
  { root: /^Invoice$/, namespace: /^https?:\/\/isdoc\.cz\//, syntax: 'ISDOC (Czechia)' },
  { root: /^Invoice$/, namespace: /^urn:eslog:/, syntax: 'e-SLOG (Slovenia)' },
  { root: /^(IzdaniRacunEnostavni|IzdaniRacun)$/, namespace: /./, syntax: 'e-SLOG (Slovenia)' },
  { root: /^Faktura$/, namespace: /^https?:\/\/crd\.gov\.pl\//, syntax: 'FA of KSeF (Poland)' },
  { root: /^InvoiceData$/, namespace: /^https?:\/\/schemas\.nav\.gov\.hu\//, syntax: 'the data report of NAV (Hungary)' },
  { root: /^Finvoice$/, namespace: /^/, syntax: 'Finvoice (Finland)' },
  { root: /^INVOICE_CENTER$/, namespace: /^/, syntax: 'TEAPPSXML (Finland)' },
  { root: /^E_Invoice$/, namespace: /^/, syntax: 'the former e-invoice of Estonia' },
  { root: /^Comprobante$/, namespace: /^https?:\/\/www\.sat\.gob\.mx\//, syntax: 'CFDI (Mexico)' },
  { root: /^(NFe|nfeProc)$/, namespace: /portalfiscal\.inf\.br/, syntax: 'NF-e (Brazil)' },
  { root: /^invoiceMessage$/, namespace: /^urn:(gs1:)?ecom:/, syntax: 'GS1 XML' },
  { root: /^INVOICE$/, namespace: /opentrans/i, syntax: 'openTRANS' },
  { root: /^Invoice$/, namespace: /^rrn:org\.xcbl:/, syntax: 'xCBL' },
  { root: /^INVOIC0\d$/, namespace: /^$/, syntax: 'an IDoc of SAP' },
];

/** What people call an invoice that is none of the forms that are read; absent for anything else. */
export function nationalSyntaxOf({ name, namespace }: XmlNode): string | undefined {
  return nationalInvoices.find((entry) => entry.root.test(name) && entry.namespace.test(namespace))?.syntax;
}

/** Forms built on UBL before its version 2: Svefaktura 1 (Sweden) and OIOXML (Denmark), one document or a list of them. */
export function formerUblOf({ name, namespace }: XmlNode): string | undefined {
  if (!/^(Invoice|Invoices|InvoiceList|CreditNote|ObjectEnvelope)$/.test(name)) return undefined;
  if (/^urn:sfti:/.test(namespace)) return 'Svefaktura 1, which is built on UBL 1';
  if (/^https?:\/\/rep\.oio\.dk\/ubl\//.test(namespace)) return 'OIOXML, which is built on UBL 0.7';
  return /oasis.*ubl.*-1\.0$|^urn:oasis:names:tc:ubl/.test(namespace) ? 'UBL 1' : undefined;
}
