import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBankDay } from '../../../sandbox/bank/calendar.ts';
import { dollar, euro, openedBank, pain001, valuesOf, type OpenedBank } from './opened.ts';

describe('what the sandbox bank takes', () => {
  let open: OpenedBank;
  beforeEach(() => void (open = openedBank()));
  afterEach(() => open.dispose());

  const two = [{ id: 'E-1', amount: '100.00' }, { id: 'E-2', amount: '50.25' }];

  it.each(['03', '09'])('takes pain.001.001.%s and tells each payment', (version) => {
    expect(open.send(pain001('M-1', two, { version }))).toBe('taken');
    expect(open.ledger().payments.map(({ endToEndId, amount, state }) => [endToEndId, amount.minor, state])).toEqual([['E-1', '10000', 'accepted'], ['E-2', '5025', 'accepted']]);
    const [report] = open.messages('pain.002');
    expect([valuesOf(report!.text, 'OrgnlMsgId'), valuesOf(report!.text, 'GrpSts'), valuesOf(report!.text, 'TxSts')]).toEqual([['M-1'], ['ACCP'], ['ACCP', 'ACCP']]);
  });

  it.each([
    ['no XML', 'FF01', 'hello'],
    ['XML that is cut off', 'FF01', pain001('M-1', two).slice(0, 300)],
    ['a document type', 'FF01', pain001('M-1', two).replace('<Document', '<!DOCTYPE Document [<!ENTITY x "y">]><Document')],
    ['another message', 'FF01', pain001('M-1', two).replaceAll('pain.001.001.09', 'pain.008.001.08')],
    ['no transaction', 'FF01', pain001('M-1', [], { sum: '0.00' })],
    ['an amount that is no number', 'FF01', pain001('M-1', [{ id: 'E-1', amount: '1e3' }], { sum: '1.00' })],
    ['three decimals of euro', 'FF01', pain001('M-1', [{ id: 'E-1', amount: '1.005' }], { sum: '1.005' })],
    ['no account that pays', 'FF01', pain001('M-1', two).replace(/<DbtrAcct>.*<\/DbtrAcct>/, '')],
    ['an impossible date', 'FF01', pain001('M-1', two, { date: '2026-02-30' })],
    ['a wrong sum', 'AM10', pain001('M-1', two, { sum: '150.24' })],
    ['a wrong count', 'AM18', pain001('M-1', two, { count: '3' })],
    ['an account of another bank', 'AC02', pain001('M-1', two, { debtor: 'NL41MOCK0000000001' })],
  ])('refuses %s as a whole: %s', (_, code, text) => {
    expect(open.send(text, 'M-1')).toBe(code);
    expect(open.ledger()).toMatchObject({ files: [], payments: [], refusals: [{ messageId: 'M-1', code }] });
  });

  it('refuses a message id that it knows, whatever the content, and says so in a report as well', () => {
    open.send(pain001('M-1', two));
    expect(open.send(pain001('M-1', two))).toBe('DUPL');
    expect(open.send(pain001('M-1', [{ id: 'E-9', amount: '1.00' }]))).toBe('DUPL');
    expect(open.ledger().payments).toHaveLength(2);
    const reports = open.messages('pain.002').map(({ text }) => [valuesOf(text, 'GrpSts')[0], valuesOf(text, 'Cd')[0]]);
    expect(reports).toEqual([['ACCP', undefined], ['RJCT', 'DUPL'], ['RJCT', 'DUPL']]);
    expect(new Set(open.messages('pain.002').map(({ account }) => account))).toEqual(new Set([euro.number]));
  });

  it('refuses an envelope with another id than the file', () => {
    expect(open.send(pain001('M-1', two), 'M-2')).toBe('FF01');
  });

  it('does not know end-to-end ids of other files: the same one is taken again', () => {
    open.send(pain001('M-1', two));
    expect(open.send(pain001('M-2', two))).toBe('taken');
    expect(open.ledger().payments).toHaveLength(4);
  });

  it.each([
    ['a second of one end-to-end id in a file', 'AM05', [{ id: 'E-1', amount: '1.00' }, { id: 'E-1', amount: '1.00' }]],
    ['nothing', 'AM01', [{ id: 'E-0', amount: '1.00' }, { id: 'E-1', amount: '0.00' }]],
    ['another currency than that of the account', 'AM03', [{ id: 'E-0', amount: '1.00' }, { id: 'E-1', amount: '1.00', currency: 'USD' }]],
    ['an IBAN with wrong check digits', 'AC01', [{ id: 'E-0', amount: '1.00' }, { id: 'E-1', amount: '1.00', account: 'DE76512108001245126199' }]],
    ['more than there is', 'AM04', [{ id: 'E-0', amount: '9999.00' }, { id: 'E-1', amount: '1.01' }]],
  ])('rejects a payment of %s by itself: %s', (_, code, transfers) => {
    expect(open.send(pain001('M-1', transfers))).toBe('taken');
    expect(open.ledger().payments.map(({ state, reason }) => [state, reason])).toEqual([['accepted', undefined], ['rejected', code]]);
    expect(open.ledger().files[0]?.state).toBe('PART');
  });

  it('promises the same money once: what is accepted and not yet booked counts', () => {
    open.send(pain001('M-1', [{ id: 'E-1', amount: '6000.00' }]));
    open.send(pain001('M-2', [{ id: 'E-2', amount: '6000.00' }]));
    expect(open.ledger().payments.map(({ state, reason }) => [state, reason])).toEqual([['accepted', undefined], ['rejected', 'AM04']]);
  });

  it('takes an ACH file of credits, and refuses one whose totals are not those of its entries', () => {
    expect(open.send(ach(), 'ACH-1')).toBe('taken');
    expect(open.ledger().payments).toMatchObject([{ endToEndId: 'E2E-1', amount: { currency: 'USD', minor: '10000' }, debtorAccount: dollar.number, requestedOn: '2026-10-02' }]);
    const spoiled: [string, string, string][] = [['000000010000', '000000010001', 'AM10'], ['8220000001', '8220000002', 'AM18'], ['\n622', '\n62', 'FF01'], ['\n622', '\n627', 'FF01'], ['\n5220', '\n7220', 'FF01']];
    for (const [from, to, code] of spoiled) expect([to, open.send(ach().replace(from, to), `ACH-${to.trim()}`)]).toEqual([to, code]);
  });

  it.each([
    ['2026-10-02', true], ['2026-10-03', false], ['2026-10-04', false], ['2026-12-24', true], ['2026-12-25', false], ['2026-12-26', false], ['2027-01-01', false],
    ['2027-03-26', false], ['2027-03-29', false], ['2024-05-01', false], ['2026-10-12', true], ['2038-04-23', false], ['2000-04-24', false], ['1961-04-03', false],
  ])('%s is a bank day: %s', (date, expected) => expect(isBankDay(date)).toBe(expected));
});

/** One credit of 100.00; columns by the rules of NACHA, written for this test. */
function ach(): string {
  const lines = [
    '101 021000021' + '1234567890' + '2610010900' + 'A094101' + 'BANK'.padEnd(23) + 'SAMPLE'.padEnd(23) + ' '.repeat(8),
    '5220' + 'SAMPLE'.padEnd(36) + dollar.number + 'CCD' + 'PAYMENTS'.padEnd(10) + ' '.repeat(6) + '261002' + '   ' + '1' + '02100002' + '0000001',
    '622' + '021000021' + '99887766'.padEnd(17) + '0000010000' + 'E2E-1'.padEnd(15) + 'VENDOR'.padEnd(22) + '  ' + '0' + '021000020000001',
    '8220' + '000001' + '0002100002' + '0'.repeat(12) + '000000010000' + dollar.number + ' '.repeat(25) + '02100002' + '0000001',
    '9000001000001' + '00000001' + '0002100002' + '0'.repeat(12) + '000000010000' + ' '.repeat(39),
  ];
  return `${lines.join('\n')}\n${`${'9'.repeat(94)}\n`.repeat(5)}`;
}
