/** One document that the demo sends, and what must have become of it once everybody has decided. */
export interface Sample {
  name: string;
  /** In `samples/demo`; `.pdf.cii.xml` is sent inside a PDF, `attachment` beside the document as multipart. */
  file: string;
  attachment?: string;
  mediaType: string;
  /** Who sends it. */
  sender: string;
  /** Its number with stamps; the second of a number leaves what the ERP holds to the first. */
  number: string;
  /** Sent when that one is in the ERP. */
  after?: string;
  /** People do that without being asked by a task. */
  help?: 'receive' | 'override';
  expected: string;
}

const clerk = 'anna.berg';
const ubl = { mediaType: 'application/xml', sender: clerk };

/** Expected in the words of `outcomeOf`. */
export const samples: readonly Sample[] = [
  { ...ubl, name: 'matched', file: 'matched.ubl.xml', number: 'WO-{{run}}-01', expected: 'paid · ERP: INV 1190.00 EUR' },
  { ...ubl, name: 'within tolerance', file: 'within-tolerance.cii.xml', number: 'WO-{{run}}-02', expected: 'paid · ERP: INV 1225.70 EUR' },
  { name: 'price too high', file: 'price-too-high.edi', mediaType: 'application/edifact', sender: clerk, number: 'WO-{{run}}-03', expected: 'exception price-variance, cumulative-variance with ines.koch · ERP: nothing' },
  { name: 'before its receipt', file: 'before-receipt.json', mediaType: 'application/json', sender: clerk, number: 'WO-{{run}}-04', help: 'receive', expected: 'paid · ERP: INV 595.00 EUR' },
  { ...ubl, name: 'over tolerance, accepted', file: 'over-tolerance-accepted.ubl.xml', number: 'WO-{{run}}-05', help: 'override', expected: 'paid · ERP: INV 535.50 EUR' },
  { name: 'without an order', file: 'without-order.pdf.cii.xml', mediaType: 'application/pdf', sender: clerk, number: 'RL-{{run}}-01', expected: 'paid · ERP: INV 249.90 EUR' },
  { name: 'posted blocked', file: 'posted-blocked.x12', mediaType: 'application/edi-x12', sender: 'emma.price', number: 'EF-{{run}}-01', expected: 'paid · ERP: INV 404.00 USD, released' },
  { ...ubl, name: 'in dollars', file: 'foreign-currency.ubl.xml', number: 'CS-{{run}}-01', expected: 'posted · ERP: INV 1184.00 USD' },
  { ...ubl, name: 'unknown supplier', file: 'unknown-supplier.ubl.xml', attachment: 'delivery-note.txt', number: 'UH-{{code}}', expected: 'exception supplier-unknown with ap-clerk · ERP: nothing' },
  { ...ubl, name: 'totals do not foot', file: 'totals-do-not-foot.ubl.xml', number: 'RL-{{run}}-02', expected: 'exception totals-wrong with ap-clerk · ERP: nothing' },
  { ...ubl, name: 'refused', file: 'refused.xml', number: 'WO-{{run}}-99', expected: 'refused 400 xml-entity · ERP: nothing' },
  { ...ubl, name: 'sent twice', file: 'matched.ubl.xml', number: 'WO-{{run}}-01', after: 'matched', expected: 'the case of "matched"' },
  { ...ubl, name: 'same number, other bytes', file: 'same-number-other-bytes.ubl.xml', number: 'WO-{{run}}-01', after: 'matched', expected: 'duplicate of "matched"' },
  { ...ubl, name: 'credit of the price', file: 'price-credit.ubl.xml', number: 'WO-{{run}}-06', after: 'within tolerance', expected: 'credited · ERP: CRM 35.70 EUR' },
];

/** What the bank's own books must show: one transfer a supplier, its credit taken off. Dollars wait: the company pays from euros only. */
export const transfers: readonly { name: string; account: string; amount: string }[] = [
  { name: 'bank: to the steel supplier', account: '{{ibanSteel}}', amount: '3510.50 EUR' },
  { name: 'bank: to the hosting supplier', account: '{{ibanHosting}}', amount: '249.90 EUR' },
  { name: 'bank: to the bolt supplier', account: '94{{run}}', amount: '404.00 USD' },
];
