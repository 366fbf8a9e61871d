import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { changed, invoiceOf } from './changed-samples.ts';
import { sampleText } from './public-files.ts';

const edifact = sampleText('invoice.edi');
const x12 = sampleText('invoice.x12');

const withComma = (text: string) => text.replace(/^((?:MOA|PRI|QTY)\+\w+:\d+)\.(\d+)/gm, '$1,$2');

describe('EDIFACT: forms that the standard allows', () => {
  it.each([
    ['announced by UNA', changed(withComma(edifact), ["UNA:+.? '", "UNA:+,? '"])],
    ['whatever UNA says', withComma(edifact)],
    ['without UNA', changed(withComma(edifact), ["UNA:+.? '\n", ''])],
  ])('a decimal comma %s means what a full stop does', async (_, text) => {
    expect(text).toContain('810,75');
    expect(await invoiceOf(text)).toEqual(await invoiceOf(edifact));
  });

  it('a thousands mark is refused', async () => {
    const result = await readInvoice(Buffer.from(changed(edifact, ['MOA+77:810.75', 'MOA+77:1,810.75'])));
    expect(result).toMatchObject({ ok: false, problem: { code: 'invoice-amount-malformed' } });
  });

  const dearer: [string | RegExp, string][] = [
    ["MOA+125:681.30'\nMOA+124:129.45'\nMOA+77:810.75", "MOA+125:691.30'\nMOA+124:131.35'\nMOA+77:822.65"],
    ["MOA+125:681.30'\nMOA+124:129.45'\nUNT", "MOA+125:691.30'\nMOA+124:131.35'\nUNT"],
  ];
  it.each([
    ['in the header', changed(edifact, ...dearer, ["LIN+1++", "ALC+C++++FC'\nMOA+23:10'\nTAX+7+VAT+++:::19+S'\nLIN+1++"])],
    ['in the summary', changed(edifact, ...dearer, ['UNT+41', "ALC+C++++FC'\nMOA+131:10'\nUNT+41"])],
    ['in both', changed(edifact, ...dearer, ["LIN+1++", "ALC+C++++FC'\nMOA+23:10'\nLIN+1++"], ['UNT+41', "ALC+C++++FC'\nMOA+131:10'\nUNT+41"])],
  ])('a charge %s counts once, also without MOA+259', async (_, text) => {
    expect(await invoiceOf(text)).toMatchObject({ allowances: [{ kind: 'charge' }], totals: { charges: { minor: '1000' }, net: { minor: '69130' }, payable: { minor: '82265' } } });
  });

  it('a rate without a category is the standard rate', async () => {
    expect(await invoiceOf(edifact.replaceAll(':::19+S', ':::19'))).toEqual(await invoiceOf(edifact));
  });

  it.each([
    ['45 days', 'PAT+1++5:3:D:45', '2026-11-19'],
    ['calendar days', 'PAT+3++5:3:CD:14', '2026-10-19'],
    ['2 weeks', 'PAT+1++5:3:W:2', '2026-10-19'],
    ['2 months', 'PAT+1++5:3:M:2', '2026-12-05'],
    ['days and no start', 'PAT+1++::D:10', '2026-10-15'],
    ['in the segment of later directories', 'PYT+1++5+3+D+30', '2026-11-04'],
    ['days after another date, which the message does not state', 'PAT+1++66:3:D:30', undefined],
    ['working days, which need a calendar', 'PAT+1++5:3:WD:30', undefined],
    ['a penalty, which is no term', 'PAT+20++5:3:D:30', undefined],
  ])('the due date follows from the terms: %s', async (_, terms, dueDate) => {
    expect((await invoiceOf(changed(edifact, ['PAT+1++5:3:D:30', terms], ["DTM+13:20261104:102'\n", '']))).dueDate).toBe(dueDate);
  });

  it('a due date that is stated goes before the terms', async () => {
    expect(await invoiceOf(changed(edifact, ['PAT+1++5:3:D:30', 'PAT+1++5:3:D:60']))).toMatchObject({ dueDate: '2026-11-04' });
  });

  it('discounts stand in the terms, with days, a period or a day', async () => {
    const tiers = ["PAT+22+6:::2.5 % in 10 days+5:3:D:10'\nPCD+12:2,5:13'", "PAT+22++5:3:M:1'\nPCD+12:1'\nMOA+25:700.00'", "PAT+22'\nDTM+12:20261020:102'\nPCD+12:2'", "PAT+22++5:3:D:5'"];
    const { payment, dueDate } = await invoiceOf(changed(edifact, ["DTM+13:20261104:102'\n", `${tiers.join('\n')}\n`]));
    expect(dueDate).toBe('2026-11-04');
    expect(payment).toMatchObject({ terms: '2.5 % in 10 days' });
    expect(payment.discounts).toEqual([{ percent: '2.5', days: 10 }, { percent: '1', until: '2026-11-05', base: { currency: 'EUR', minor: '70000' } }, { percent: '2', until: '2026-10-20' }]);
  });

  const breakdown = "TAX+7+VAT+++:::19+S'\nMOA+125:681.30'\nMOA+124:129.45'\nUNT";
  it('a taxable amount that is not stated is what the document taxes so', async () => {
    const plain = await invoiceOf(edifact);
    expect(await invoiceOf(changed(edifact, [breakdown, "TAX+7+VAT+++:::19+S'\nMOA+124:129.45'\nUNT"]))).toEqual(plain);
    const mixed = changed(
      edifact,
      [breakdown, "TAX+7+VAT+++:::19+S'\nMOA+124:115.67'\nTAX+7+VAT+++:::7+S'\nMOA+161:5.78'\nUNT"],
      [/19\+S'\nUNS/, "7+S'\nUNS"],
      ["LIN+1++", "ALC+C++++FC'\nMOA+23:10'\nTAX+7+VAT+++:::19+S'\nLIN+1++"],
      ["MOA+125:681.30'\nMOA+124:129.45'\nMOA+77:810.75", "MOA+125:691.30'\nMOA+77:812.75"],
    );
    expect(await invoiceOf(mixed)).toMatchObject({ taxes: [{ rate: '19', base: { minor: '60880' } }, { rate: '7', base: { minor: '8250' }, amount: { minor: '578' } }], totals: { tax: { minor: '12145' } } });
  });

  it('sums that are not stated are those of the document itself', async () => {
    expect(await invoiceOf(changed(edifact, ["MOA+79:681.30'\nMOA+125:681.30'\nMOA+124:129.45'\nMOA+77", 'MOA+77']))).toEqual(await invoiceOf(edifact));
  });

  it('a percent without an amount comes off a gross price, and is inside a net one', async () => {
    const percent = "PRI+AAB:24.95'\nALC+A'\nPCD+1:10'";
    const cheaper: [string | RegExp, string][] = [['MOA+203:598.80', 'MOA+203:538.92'], [/MOA\+79:.*\n.*\n.*\nMOA\+77:810.75/, 'MOA+77:739.49'], [breakdown, "TAX+7+VAT+++:::19+S'\nMOA+124:118.07'\nUNT"]];
    expect(await invoiceOf(changed(edifact, ['PRI+AAA:24.95', percent.slice(0, -1)], ...cheaper))).toMatchObject({ lines: [{ unitPrice: '24.95', net: { minor: '53892' }, allowances: [{ kind: 'allowance', percent: '10', amount: { minor: '5988' } }] }, {}] });
    expect(await invoiceOf(changed(edifact, ['PRI+AAA:24.95', `PRI+AAA:24.95'\n${percent.replace('24.95', '27.72').slice(0, -1)}`]))).toMatchObject({ lines: [{ unitPrice: '24.95', allowances: [] }, {}] });
  });

  it('sender and receiver of the message are seller and buyer where nobody else is named; who bills himself is the buyer', async () => {
    const [from, to] = [changed(edifact, ['NAD+SU', 'NAD+MS'], ['NAD+BY', 'NAD+MR'], ['DTM+137:20261005:102', 'DTM+137:202610051130?+01:303']), 'BGM+389'];
    expect(await invoiceOf(from)).toEqual(await invoiceOf(edifact));
    expect(await invoiceOf(changed(from, ['BGM+380', to]))).toMatchObject({ seller: { name: 'Kontor Nord GmbH' }, buyer: { name: 'Lackwerk Sued GmbH' } });
  });

  it.each([
    ['UNOD', 'Łódź', Buffer.from([0xa3, 0xf3, 0x64, 0xbc])],
    ['UNOE', 'Киев', Buffer.from([0xba, 0xd8, 0xd5, 0xd2])],
    ['UNOC', 'Köln', Buffer.from([0x4b, 0xf6, 0x6c, 0x6e])],
  ])('%s names the character set', async (syntax, name, bytes) => {
    const [before, after] = changed(edifact, ['UNB+UNOC:3', `UNB+${syntax}:2`], ['Lackwerk Sued GmbH', '|']).split('|') as [string, string];
    expect(await invoiceOf(Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]))).toMatchObject({ seller: { name } });
  });
});

describe('X12: what the set leaves out', () => {
  it.each([
    ['a hundred', '*EA*37.5*HP*', { baseQuantity: '100', unitPrice: '37.5' }],
    ['a thousand', '*EA*375*TP*', { baseQuantity: '1000', unitPrice: '375' }],
    ['a dozen', '*EA*4.5*PD*', { baseQuantity: '12', unitPrice: '4.5' }],
    ['each', '*EA*.375*PE*', { baseQuantity: '1', unitPrice: '0.375' }],
    ['a contract', '*EA*.375*CT*', { baseQuantity: '1' }],
    ['a dozen of dozens', '*DZ*.375*PD*', { baseQuantity: '1' }],
  ])('a price for %s', async (_, price, line) => {
    const { lines, totals } = await invoiceOf(changed(x12, ['*EA*.375**', price]));
    expect(lines[1]).toMatchObject({ quantity: '200', net: { minor: '7500' }, ...line });
    expect(totals.gross.minor).toBe('49454');
  });

  it('dates of two-digit years, before version 4010', async () => {
    expect(await invoiceOf(changed(x12, ['BIG*20261005', 'BIG*261005'], ['DTM*011*20261002', 'DTM*011*261002']))).toEqual(await invoiceOf(x12));
  });

  it('a tax without its base is one on the whole document', async () => {
    const text = changed(x12, ['*6*VD*OH***466.55', '*6']);
    expect(await invoiceOf(text)).toMatchObject({ taxes: [{ rate: '6', base: { minor: '46655' } }] });
  });

  it('a tax without its base is one on the line where it stands', async () => {
    const text = changed(x12, [/TXI.*~/, ''], ['Torque wrench 1/2 in~', 'Torque wrench 1/2 in~TXI*ST*22.61*.06*VD*OH~'], ['Hex bolt M8~', 'Hex bolt M8~TXI*ST*4.50*.06*VD*OH~TXI*FD*.75*.01~'], ['TDS*49454', 'TDS*49441']);
    const { taxes, totals } = await invoiceOf(text);
    expect(taxes).toMatchObject([
      { rate: '6', base: { minor: '37680' }, amount: { minor: '2261' } },
      { rate: '6', base: { minor: '7500' }, amount: { minor: '450' } },
      { rate: '1', base: { minor: '7500' }, amount: { minor: '75' } },
    ]);
    expect(totals.tax).toMatchObject({ minor: '2786' });
  });

  it('a tax of a line that only SAC states is on that line', async () => {
    const text = changed(x12, [/TXI.*~/, ''], ['Hex bolt M8~', 'Hex bolt M8~SAC*C*H850***450~'], ['TDS*49454', 'TDS*47105']);
    expect(await invoiceOf(text)).toMatchObject({ taxes: [{ base: { minor: '7500' }, amount: { minor: '450' } }], totals: { tax: { minor: '450' } } });
  });

  it.each([
    ['a fraction, as the standard has it', '27.99', '.06', '6'],
    ['a fraction with rounded lines', '28.20', '.06', '6'],
    ['a fraction that does not give the amount, which is found by the verification', '20.00', '.06', '6'],
    ['percent, as many write it', '28.00', '6', '6'],
    ['percent that does not give the amount', '20.00', '6', '6'],
    ['one percent, which as a fraction would be all of the base', '4.67', '1', '1'],
    ['half a percent', '2.33', '.5', '0.5'],
    ['three quarters of a percent, on a part of the base', '1.00', '.75', '0.75'],
    ['a fraction, on a part of the base', '9.00', '.06', '6'],
    ['half of the base', '233.28', '.5', '50'],
    ['all of the base', '466.55', '1', '100'],
    ['none', '0', '0', '0'],
  ])('the rate of a tax is %s', async (_, amount, stated, rate) => {
    const result = await readInvoice(Buffer.from(changed(x12, ['TXI*ST*27.99*6*', `TXI*ST*${amount}*${stated}*`])));
    expect(result).toMatchObject({ ok: true, invoice: { taxes: [{ rate, base: { minor: '46655' } }] } });
  });

  it('a tax that only SAC states is the tax of the document', async () => {
    const text = changed(x12, [/TXI.*~/, 'SAC*C*H850***2799**********total tax~']);
    expect(await invoiceOf(text)).toMatchObject({ taxes: [{ category: 'S', base: { minor: '46655' }, amount: { minor: '2799' } }], totals: { tax: { minor: '2799' } } });
  });
});
