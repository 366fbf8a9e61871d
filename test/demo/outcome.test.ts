import { describe, expect, it } from 'vitest';
import type { BankPayment, LedgerDocument } from '../../bin/demo/counterpart.ts';
import { compareOutcomes, doublePosts, type CaseView, type Followed } from '../../bin/demo/outcome.ts';
import { transfers, type Sample } from '../../bin/demo/samples.ts';
import { stampsAt } from '../../bin/demo/stamp.ts';

const stamps = stampsAt(new Date('2026-11-21T10:00:00Z'));
const { run } = stamps;
const number = `WO-${run}-01`;
const posted: LedgerDocument = { companyCode: 'DE01', documentNo: '1', docType: 'INV', status: 'POSTED', vendorNo: '91', vendorInvoiceNo: number, grossValue: '1190.00', currencyCode: 'EUR', payBlock: '', amendments: [] };
const view: CaseView = { id: 'c-1', entity: 'DE01', state: 'running', stage: 'posted', exceptions: [], awaiting: [] };
const sample = (name: string, expected: string): Sample => ({ name, expected, file: 'a.xml', mediaType: 'application/xml', sender: 'anna.berg', number: 'WO-{{run}}-01' });
const matched: Followed = { sample: sample('matched', 'posted · ERP: INV 1190.00 EUR'), number, sent: { status: 202, caseId: 'c-1', accepted: 'new' }, view };

const transferred = (account: string, minor: string, currency: string, endToEndId: string): BankPayment => ({ endToEndId, state: 'booked', amount: { currency, minor }, creditor: { account } });
const paid = [transferred(stamps.ibanSteel, '351050', 'EUR', 'E1'), transferred(stamps.ibanHosting, '24990', 'EUR', 'E2'), transferred(`94${run}`, '40400', 'USD', 'E3')];
const compared = (followed: Followed[], invoices: LedgerDocument[], payments: BankPayment[] = paid) => compareOutcomes(followed, { invoices, payments }, stamps);
const disagreeing = (followed: Followed[], ledger: LedgerDocument[]) => compared(followed, ledger).filter(({ agrees }) => !agrees).map(({ name, actual }) => `${name}: ${actual}`);

describe('expected against actual', () => {
  it('agrees when the ledger holds exactly one document of the expected amount', () => {
    expect(disagreeing([matched], [posted])).toEqual([]);
  });

  it.each<[string, LedgerDocument[], string[]]>([
    ['nothing was posted', [], ['matched: posted · ERP: nothing']],
    ['another amount was posted', [{ ...posted, grossValue: '1190.01' }], ['matched: posted · ERP: INV 1190.01 EUR']],
    ['it is blocked for payment', [{ ...posted, payBlock: 'R' }], ['matched: posted · ERP: INV 1190.00 EUR, blocked']],
    ['it was posted twice', [posted, { ...posted, documentNo: '2' }], ['matched: posted · ERP: INV 1190.00 EUR + INV 1190.00 EUR', `whole ledger: DE01 91 ${number} INV posted 2 times`]],
    ['a document of this run is there that nobody sent', [posted, { ...posted, vendorInvoiceNo: `WO-${run}-77` }], ['whole ledger: unexpected INV 1190.00 EUR']],
    ['an earlier run was posted twice', [posted, { ...posted, vendorInvoiceNo: 'old' }, { ...posted, vendorInvoiceNo: 'old' }], ['whole ledger: DE01 91 old INV posted 2 times']],
  ])('disagrees when %s', (_, ledger, expected) => {
    expect(disagreeing([matched], ledger)).toEqual(expected);
  });

  it.each<[string, BankPayment[], string[]]>([
    ['nothing was paid', [], ['bank: to the steel supplier: nothing', 'bank: to the hosting supplier: nothing', 'bank: to the bolt supplier: nothing']],
    ['another amount was paid', [{ ...paid[0]!, amount: { currency: 'EUR', minor: '354620' } }, ...paid.slice(1)], ['bank: to the steel supplier: 3546.20 EUR']],
    ['a payment was made twice', [...paid, paid[1]!], ['bank: to the hosting supplier: 249.90 EUR + 249.90 EUR', 'whole ledger: payment E2 made 2 times']],
  ])('disagrees when %s', (_, payments, expected) => {
    expect(compared([matched], [posted], payments).filter(({ agrees }) => !agrees).map(({ name, actual }) => `${name}: ${actual}`)).toEqual(expected);
  });

  it('disagrees while the API shows another stage than the ledger', () => {
    expect(disagreeing([{ ...matched, view: { ...view, stage: 'approval' } }], [posted])).toEqual(['matched: approval · ERP: INV 1190.00 EUR']);
  });

  it('tells a refusal, the same case, a duplicate, an exception and what was not sent', () => {
    const others: Followed[] = [
      { ...matched, sample: sample('refused', ''), number: 'x', sent: { status: 400, code: 'xml-entity' } },
      { ...matched, sample: sample('again', ''), sent: { status: 202, caseId: 'c-1', accepted: 'same-content' } },
      { ...matched, sample: sample('other bytes', ''), sent: { status: 202, caseId: 'c-2', accepted: 'new' }, view: { ...view, id: 'c-2', state: 'duplicate', duplicateOf: 'c-1' } },
      { ...matched, sample: sample('dear', ''), number: 'y', sent: { status: 202, caseId: 'c-3', accepted: 'new' }, view: { ...view, id: 'c-3', stage: 'exception', exceptions: [{ codes: ['cumulative-variance', 'price-variance'], owner: 'ines.koch' }] } },
      { sample: sample('later', ''), number: 'z' },
    ];
    expect(compared([matched, ...others], [posted]).map(({ actual }) => actual)).toEqual([
      'posted · ERP: INV 1190.00 EUR',
      'refused 400 xml-entity · ERP: nothing',
      'the case of "matched"',
      'duplicate of "matched"',
      'exception cumulative-variance, price-variance with ines.koch · ERP: nothing',
      'not sent yet',
      ...transfers.map(({ amount }) => amount),
      'every number once',
    ]);
  });

  it('an invoice and a credit memo of one number, or one number of two suppliers, are no double post', () => {
    expect(doublePosts([posted, { ...posted, docType: 'CRM' }, { ...posted, vendorNo: '92' }, { ...posted, companyCode: 'US01' }])).toEqual([]);
  });
});
