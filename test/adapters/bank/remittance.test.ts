import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sepaText } from '../../../adapters/bank/iso20022/characters.ts';
import { pain001Versions, type Pain001Version } from '../../../adapters/bank/iso20022/elements/pain001.ts';
import { lineOf } from '../../../adapters/bank/iso20022/remittance-line.ts';
import { schemaCheck } from '../../../adapters/bank/iso20022/schemas.ts';
import { pain001Faults, writePain001 } from '../../../adapters/bank/iso20022/write-pain001.ts';
import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { readPain001 } from '../../../sandbox/bank/pain001.ts';
import { hasPublicData, publicData } from '../../documents/invoice/public-files.ts';
import { sepaOrder, type Transfer } from './orders.ts';
import { randomOrders } from './random-orders.ts';
import { reread } from './reread.ts';

type Document = Transfer['documents'][number];

const eur = (minor: string) => ({ currency: 'EUR', minor });
const invoice = (number: string, minor = '100'): Document => ({ number, class: 'invoice', issueDate: '2026-11-01', amount: eur(minor) });
const credit = (number: string, minor = '10'): Document => ({ ...invoice(number, minor), class: 'credit-note' });
const basic = { extendedRemittance: false };

/** One transfer over these documents. */
function paying(documents: Document[], changes: Partial<Transfer> = {}, batch: Partial<PaymentOrder['batches'][number]> = {}) {
  const minor = documents.reduce((sum, document) => sum + (document.class === 'invoice' ? 1n : -1n) * BigInt(document.amount.minor), 0n);
  const order = sepaOrder({ transfer: { amount: eur(minor.toString()), documents, ...changes } });
  order.batches = order.batches.map((own) => ({ ...own, transfers: own.transfers.slice(0, 1), ...batch }));
  return order;
}

/** What stands in `RmtInf` of the only transfer. */
function told(order: ReturnType<typeof paying>, form?: typeof basic, version: Pain001Version = 'pain.001.001.09') {
  const { text } = writePain001(order, version, 'sepa', form);
  const own = /<RmtInf>[\s\S]*?<\/RmtInf>/.exec(text)?.[0] ?? '';
  return { own: own.replace(/>\s+</g, '><'), text: reread(text).batches[0]!.transfers[0]!.texts, structures: own.match(/<Strd>/g)?.length ?? 0 };
}

/** What payees ask for: numbers among words, now and then more than a line holds. */
const words = fc.array(fc.constantFrom('Kundennr', '4711', '410017', 'RE-17', 'RE-2026-10234', '17', '7'), { maxLength: 30, size: 'max' }).map((parts) => parts.join(' '));

/** A number is told when it stands between blanks. */
const tells = (line: string, number: string): boolean => ` ${line} `.includes(` ${number} `);

describe('P5: one document in a line of text', () => {
  it.each([
    ['a number inside of another', 'Kundennr 410017', '17', 'Kundennr 410017 17'],
    ['a number that is the end of another', 'Kd 4711 RE-7', '7', 'Kd 4711 RE-7 7'],
    ['a number that is told already', 'Kd 4711 RE-7', 'RE-7', 'Kd 4711 RE-7'],
    ['a number of several words', 'Kd 4711 RE 7', 'RE 7', 'Kd 4711 RE 7'],
    ['133 characters', `${'Kundennr 41 '.repeat(11)}x`, 'RE-2026-10234', `${'Kundennr 41 '.repeat(10)}RE-2026-10234`],
    ['140 characters', 'x'.repeat(140), 'RE-2026-10234', `${'x'.repeat(126)} RE-2026-10234`],
    ['the number at the end of a text that is too long', `${'Kundennr 4711 '.repeat(10)}RE-7`, 'RE-7', `${'Kundennr 4711 '.repeat(9)}Kundennr RE-7`],
  ])('%s', (_, creditorReference, number, line) => expect(told(paying([invoice(number)], { creditorReference })).text).toEqual([line]));

  it('what is withheld keeps its room, too', () => {
    const withheld = { ...invoice('RE-2026-10234', '10000'), withheld: eur('1500') };
    const [line] = told(paying([withheld], { creditorReference: 'Kd 41 '.repeat(40) })).text;
    expect(line).toMatch(/^(Kd 41 )+RE-2026-10234 LESS WITHHOLDING TAX 15\.00 EUR$/);
    expect(line!.length).toBeLessThanOrEqual(140);
  });

  it('a number that no line can hold is visibly cut', () => {
    expect(lineOf([invoice('9'.repeat(140))], 'Kd 4711')).toBe('9'.repeat(140));
    expect(lineOf([invoice('9'.repeat(141))], 'Kd 4711')).toBe(`${'9'.repeat(137)}...`);
  });

  it('the whole number is a word of at most 140 characters of text, whatever is to be quoted', () =>
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom('17', '7', 'RE-17'), fc.stringMatching(/^[A-Z0-9/-]{1,30}( [0-9]{1,9})?$/)), fc.oneof(words, fc.string({ unit: 'grapheme', maxLength: 200, size: 'max' })), fc.option(fc.integer({ min: 1, max: 99 })), (number, quoted, withheld) => {
        const line = lineOf([{ ...invoice(number), ...(withheld === null ? {} : { withheld: eur(String(withheld)) }) }], sepaText(quoted));
        expect(line.length).toBeLessThanOrEqual(140);
        expect(tells(line, number)).toBe(true);
        if (withheld !== null) expect(line).toMatch(/ LESS WITHHOLDING TAX 0\.\d\d EUR$/);
      }),
    ));
});

describe('P5: several documents', () => {
  const documents = [invoice('RE-1'), invoice('RE-2'), credit('GS-3')];

  it('in SEPA are structures of their own, and what is to be quoted is one more', () => {
    const { own, text, structures } = told(paying(documents, { creditorReference: 'Kundennr 4711' }));
    expect([text, structures]).toEqual([[], 4]);
    expect(own).toMatch(/^<RmtInf><Strd><AddtlRmtInf>Kundennr 4711<\/AddtlRmtInf><\/Strd><Strd><RfrdDocInf>/);
    expect(told(paying(documents, { creditorReference: 'RF18 5390 0754 7034' })).own).toMatch(/^<RmtInf><Strd><CdtrRefInf>.*<Ref>RF18539007547034<\/Ref><\/CdtrRefInf><\/Strd><Strd><RfrdDocInf>/);
  });

  it.each([
    ['nothing', undefined, 'RE-1 RE-2 -GS-3'],
    ['a text', 'Kundennr 4711', 'Kundennr 4711 RE-1 RE-2 -GS-3'],
    ['a text with one of them', 'Kd 4711 RE-2', 'Kd 4711 RE-2 RE-1 -GS-3'],
    ['an RF reference', 'RF18 5390 0754 7034', 'RF18539007547034 RE-1 RE-2 -GS-3'],
    ['a text that is too long', 'Kundennr 4711 '.repeat(20), `${'Kundennr 4711 '.repeat(8)}Kundennr RE-1 RE-2 -GS-3`],
  ])('at a bank without extended remittance information are one line after %s', (_, creditorReference, line) => {
    expect(told(paying(documents, creditorReference === undefined ? {} : { creditorReference }), basic)).toMatchObject({ text: [line], structures: 0 });
  });

  it('of more than a line holds, whole numbers are told, and how many there are besides', () => {
    const many = Array.from({ length: 20 }, (_, index) => invoice(`RE-2026-${10_000 + index}`));
    const [line] = told(paying(many, { creditorReference: 'Kundennr 4711' }), basic).text;
    expect(line).toBe(`Kundennr 4711 ${many.slice(0, 8).map(({ number }) => number).join(' ')} +12`);
    expect(told(paying(many)).structures).toBe(20);
  });

  it('what is withheld of all of them follows', () => {
    const taxed = [{ ...invoice('RE-1', '10000'), withheld: eur('1500') }, { ...credit('GS-3', '1000'), withheld: eur('150') }];
    expect(told(paying(taxed), basic).text).toEqual(['RE-1 -GS-3 LESS WITHHOLDING TAX 13.50 EUR']);
  });

  it('more than 999 are a line: no SEPA transfer has more structures', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => invoice(`${index}`));
    expect(told(paying(many)).structures).toBe(0);
    expect(told(paying(many.slice(0, 999))).structures).toBe(999);
    expect(told(paying(many.slice(0, 999), { creditorReference: 'x' })).structures).toBe(0);
    expect(told(paying(many), undefined).text[0]).toMatch(/^0 1 2 .* \+\d+$/);
  });

  it('abroad are structures, after a line of what is to be quoted', () => {
    const { own, text, structures } = told(paying(documents, { creditorReference: 'Kundennr 4711' }, { method: 'credit-transfer', chargeBearer: 'SHAR', serviceLevel: undefined }), basic);
    expect([text, structures]).toEqual([['Kundennr 4711'], 3]);
    expect(own).toMatch(/^<RmtInf><Ustrd>Kundennr 4711<\/Ustrd><Strd>/);
  });

  it.each([true, false])('random SEPA transfers never have text beside structures; extended remittance information: %s', (extendedRemittance) =>
    fc.assert(
      fc.property(randomOrders, fc.constantFrom(...pain001Versions), (order, version) => {
        const file = writePain001(order, version, 'sepa', { extendedRemittance });
        if (hasPublicData) check[version](file);
        const blocks = file.text.match(/<CdtTrfTxInf>[\s\S]*?<\/CdtTrfTxInf>/g) ?? [];
        const sepa = order.batches.flatMap((batch) => batch.transfers.map(() => batch.method === 'sepa'));
        blocks.forEach((block, index) => {
          if (!sepa[index]) return;
          const [lines, structures] = [block.match(/<Ustrd>/g)?.length ?? 0, block.match(/<Strd>/g)?.length ?? 0];
          expect(lines === 0 || structures === 0).toBe(true);
          expect(lines + structures).toBeGreaterThan(0);
          if (!extendedRemittance) expect(lines + structures).toBe(1);
        });
      }),
      { numRuns: 40 },
    ));

  it('the line of any documents is told in whole numbers, of which none is lost', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.stringMatching(/^[A-Z][A-Z0-9-]{0,29}$/), fc.boolean()), { minLength: 1, maxLength: 30, size: 'max' }), words.map((text) => text.toLowerCase()), (numbers, quoted) => {
        const all = numbers.map(([number, offset]) => (offset ? credit(number) : invoice(number)));
        const line = lineOf(all, sepaText(quoted));
        expect(line.length).toBeLessThanOrEqual(140);
        const left = Number(/ \+(\d+)$/.exec(line)?.[1] ?? 0);
        const words = line.split(' ').filter((word) => /^-?[A-Z]/.test(word));
        expect(words.length + left).toBe(all.length);
        const known = new Set(all.map((document) => `${document.class === 'invoice' ? '' : '-'}${document.number}`));
        expect(words.filter((word) => !known.has(word))).toEqual([]);
      }),
    ));
});

describe('QR references', () => {
  const creditorReference = '21 00000 00003 13947 14300 09017';
  const creditorAccount = { iban: 'CH44 3199 9123 0008 8901 2' };
  const at = 'batches[0].transfers[0].creditorReference';

  it.each(pain001Versions)('go into a structure of their own type, in %s', (version) => {
    const order = paying([invoice('RE-1')], { creditorReference, creditorAccount });
    expect(told(order, undefined, version).own).toBe('<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Prtry>QRR</Prtry></CdOrPrtry></Tp><Ref>210000000003139471430009017</Ref></CdtrRefInf></Strd></RmtInf>');
    if (hasPublicData) check[version](writePain001(order, version, 'sepa'));
  });

  it('stand in one structure with the numbers of several documents', () => {
    const order = paying([invoice('RE-1'), credit('GS-2')], { creditorReference, creditorAccount }, { method: 'credit-transfer', chargeBearer: 'SHAR', serviceLevel: undefined });
    const { own, structures } = told(order);
    expect(structures).toBe(1);
    expect(own).toContain('<Ref>210000000003139471430009017</Ref></CdtrRefInf><AddtlRmtInf>RE-1 -GS-2</AddtlRmtInf></Strd>');
    if (hasPublicData) check['pain.001.001.09'](writePain001(order, 'pain.001.001.09', 'sepa'));
  });

  it.each([
    ['a wrong check digit', { creditorReference: '21 00000 00003 13947 14300 09018', creditorAccount }],
    ['a QR-IBAN without one', { creditorAccount }],
    ['a QR-IBAN with an RF reference', { creditorReference: 'RF18 5390 0754 7034', creditorAccount }],
    ['an IBAN that is none for QR references', { creditorReference, creditorAccount: { iban: 'CH93 0076 2011 6238 5295 7' } }],
  ])('%s is refused', (_, changes) => expect(pain001Faults(paying([invoice('RE-1')], changes)).map(({ path }) => path)).toEqual([at]));
});

it('the sandbox bank reads what the payee is told', () => {
  const read = (order: ReturnType<typeof paying>, form?: typeof basic) => readPain001(writePain001(order, 'pain.001.001.09', 'sepa', form).text).instructions.map(({ remittance }) => remittance);
  const order = paying([invoice('RE-1'), invoice(`RE-${'9'.repeat(40)}`)], { creditorReference: 'Kundennr 4711' });
  expect(read(order)).toEqual([['Kundennr 4711', 'RE-1', `RE-${'9'.repeat(40)}`]]);
  expect(read(order, basic)).toEqual([[`Kundennr 4711 RE-1 RE-${'9'.repeat(40)}`]]);
});

const check = Object.fromEntries(pain001Versions.map((version) => [version, hasPublicData ? schemaCheck(`${publicData}/bank/xsd`, version) : () => undefined])) as Record<Pain001Version, ReturnType<typeof schemaCheck>>;
