import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invoiceSchema, type Invoice } from '../../../domain/model/invoice.ts';
import { exact, times } from '../../../domain/rules/decimal.ts';
import { addMoney, money, roundToMoney, subtractMoney, sumMoney } from '../../../domain/rules/money.ts';
import { verifyTotals } from '../../../domain/rules/invoice/totals.ts';
import { sampleText } from '../../documents/invoice/public-files.ts';

/** Lines 170.00 and 37.20, allowance 10.00, net 197.20, tax 19 % 37.47, gross and payable 234.67. */
const footing = invoiceSchema.parse(JSON.parse(sampleText('invoice.json')));

function withTotals(totals: Partial<Record<keyof Invoice['totals'], string>>): Invoice {
  const changed = Object.fromEntries(Object.entries(totals).map(([name, minor]) => [name, { currency: 'EUR', minor }]));
  return { ...footing, totals: { ...footing.totals, ...changed } };
}

function withLine(change: Partial<Invoice['lines'][number]>): Invoice {
  const [first, ...rest] = footing.lines;
  return { ...footing, lines: [{ ...(first as Invoice['lines'][number]), ...change }, ...rest] };
}

const rules = (invoice: Invoice) => verifyTotals(invoice).map((finding) => finding.rule);
const eur = (minor: bigint) => money('EUR', minor);

describe('verification of stated totals (F1)', () => {
  it('an invoice that foots has no finding', () => expect(verifyTotals(footing)).toEqual([]));

  it.each<[string, Invoice, string[]]>([
    ['BR-CO-10: sum of the lines off by a cent', withTotals({ lineNet: '20721', net: '19721', gross: '23468', payable: '23468' }), ['BR-CO-10']],
    ['BR-CO-11: allowances do not add up', withTotals({ allowances: '1001' }), ['BR-CO-11', 'BR-CO-13']],
    ['BR-CO-12: charges without a charge', withTotals({ charges: '1', net: '19721' }), ['BR-CO-12', 'BR-CO-15']],
    ['BR-CO-13: net', withTotals({ net: '19721' }), ['BR-CO-13', 'BR-CO-15']],
    ['BR-CO-14: tax', withTotals({ tax: '3748' }), ['BR-CO-14', 'BR-CO-15']],
    ['BR-CO-15: gross', withTotals({ gross: '23468' }), ['BR-CO-15', 'BR-CO-16']],
    ['BR-CO-16: payable', withTotals({ payable: '23466' }), ['BR-CO-16']],
    ['BR-CO-16 with prepaid and rounding', withTotals({ prepaid: '23000', rounding: '3', payable: '470' }), []],
    ['BR-CO-16 with prepaid and rounding, off by a cent', withTotals({ prepaid: '23000', rounding: '3', payable: '471' }), ['BR-CO-16']],
    ['over-prepaid', withTotals({ prepaid: '30000', payable: '-6533' }), []],
    ['a line within 0.02', withLine({ unitPrice: '4.2505' }), []],
    ['a line off by 0.03', withLine({ unitPrice: '4.25075' }), ['BR-LINE']],
    ['a base quantity', withLine({ unitPrice: '425', baseQuantity: '100' }), []],
    ['a base quantity of zero counts as one', withLine({ baseQuantity: '0' }), []],
    ['an information line is not counted', { ...footing, lines: [...footing.lines, { ...(footing.lines[0] as Invoice['lines'][number]), id: '9', status: 'information' }] }, []],
    ['sub-lines that do not sum', withLine({ subLines: [{ ...(footing.lines[0] as Invoice['lines'][number]), id: '1.1', quantity: '20', net: eur(8500n) }] }), ['BR-SUBLINE']],
    ['third-party payments raise the payable', { ...withTotals({ payable: '24467' }), thirdPartyPayments: [{ amount: eur(1000n) }] }, []],
  ])('%s', (_, invoice, expected) => expect(rules(invoice)).toEqual(expected));

  it('tax of a category may be off by one unit of the currency, and not by more', () => {
    const taxed = (amount: bigint) => ({ ...footing, taxes: footing.taxes.map((tax) => ({ ...tax, amount: eur(amount) })) });
    expect(rules(taxed(3847n))).toEqual(['BR-CO-14']);
    expect(rules(taxed(3848n))).toEqual(['BR-CO-17', 'BR-CO-14']);
  });

  it('a finding says what is stated, what was expected and by how much they differ', () => {
    expect(verifyTotals(withTotals({ payable: '99999' }))).toEqual([
      { rule: 'BR-CO-16', stated: eur(99999n), expected: eur(23467n), difference: eur(76532n), limit: eur(0n) },
    ]);
  });

  it('never changes what it verifies', () => {
    const before = structuredClone(footing);
    verifyTotals(footing);
    expect(footing).toEqual(before);
  });

  it('an invoice built by the rules foots in every currency, and one cent anywhere is found', () => {
    const decimal = fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat(99)).map(([whole, hundredths]) => `${whole}.${String(hundredths).padStart(2, '0')}`);
    fc.assert(
      fc.property(fc.constantFrom('EUR', 'JPY', 'KWD'), fc.array(fc.record({ quantity: decimal, unitPrice: decimal }), { minLength: 1, maxLength: 6 }), fc.constantFrom('0', '7', '19', '25.5'), (currency, lines, rate) => {
        const invoice = built(currency, lines, rate);
        expect(verifyTotals(invoice)).toEqual([]);
        for (const name of ['lineNet', 'net', 'tax', 'gross', 'payable'] as const) {
          const off = { ...invoice, totals: { ...invoice.totals, [name]: addMoney(invoice.totals[name], money(currency, 1n)) } };
          expect(verifyTotals(off).length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

function built(currency: string, figures: { quantity: string; unitPrice: string }[], rate: string): Invoice {
  const [template] = footing.lines as [Invoice['lines'][number]];
  const lines = figures.map((figure, index) => ({ ...template, ...figure, id: String(index), allowances: [], net: roundToMoney(currency, times(exact(figure.quantity), exact(figure.unitPrice))) }));
  const lineNet = sumMoney(currency, lines.map((line) => line.net));
  const percent = exact(rate);
  const scaled = { unscaled: BigInt(lineNet.minor) * percent.unscaled, scale: percent.scale + 2 + digits(currency) };
  const tax = roundToMoney(currency, scaled);
  const none = subtractMoney(lineNet, lineNet);
  const gross = addMoney(lineNet, tax);
  return {
    ...footing,
    currency,
    lines,
    allowances: [],
    taxes: [{ category: 'S', rate, base: lineNet, amount: tax }],
    totals: { lineNet, allowances: none, charges: none, net: lineNet, tax, gross, prepaid: none, rounding: none, payable: gross },
  };
}

function digits(currency: string): number {
  return { EUR: 2, JPY: 0, KWD: 3 }[currency] ?? 2;
}
