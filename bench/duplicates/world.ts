import type { Invoice } from '../../domain/model/invoice.ts';
import type { Supplier } from '../../domain/model/supplier.ts';
import { exact } from '../../domain/rules/decimal.ts';
import { addMoney, money, noMoney, scaleMoney } from '../../domain/rules/money.ts';
import { supplier } from '../../test/domain/accounts-payable/facts.ts';
import { randomOf } from '../cash-application/random.ts';

/** A stored document, as far as duplicates are told by it. */
export interface Stored {
  caseId: string;
  /** Index of its supplier. */
  of: number;
  number: string;
  class: 'invoice' | 'credit-note';
  issueDate: string;
  netMinor: number;
  grossMinor: number;
  preceding: string[];
}

/**
 * Three years of documents of one company. A few suppliers send most of them, as anywhere; names share words, many suppliers
 * count in the same way, so that their numbers meet; every tenth bills one round amount each month, which others bill, too.
 */
export interface World {
  suppliers: number;
  stored(count: number): Generator<Stored>;
  supplierOf(index: number): Supplier;
  invoiceOf(stored: Stored): Invoice;
}

const first = ['Nord', 'Süd', 'Alpen', 'Rhein', 'Main', 'Elbe', 'Hansa', 'Delta', 'Omega', 'Euro', 'Inter', 'Uni', 'Pro', 'Tele', 'Agri', 'Aqua', 'Terra', 'Solar', 'Metro', 'Nova', 'Ober', 'Unter', 'Mittel', 'Neu', 'Alt', 'Kranich', 'Falken', 'Adler', 'Bären', 'Löwen'];
const second = ['licht', 'stahl', 'bau', 'druck', 'werk', 'haus', 'kontor', 'feld', 'berg', 'tal', 'wald', 'see', 'burg', 'stein', 'brück', 'hof', 'mann', 'quell', 'wind', 'gut'];
const trade = ['Elektro', 'Stahlbau', 'Papierhandel', 'Logistik', 'Software', 'Energie', 'Druckerei', 'Maschinenbau', 'Kältetechnik', 'Gerüstbau', 'Catering', 'Metallwaren', 'Gebäudereinigung', 'Büromöbel', 'Arbeitsschutz', 'Werkzeuge', 'Personaldienst', 'Beratung', 'Verpackungen', 'Fahrzeuge', 'Labortechnik', 'Sanitär', 'Telekom', 'Versicherungen'];
const forms = ['GmbH', 'AG', 'GmbH & Co. KG', 'KG', 'OHG', 'SE'];
const series: ((n: number, year: number, who: number) => string)[] = [
  (n, year) => `RE-${year}-${String(n).padStart(5, '0')}`,
  (n, _year, who) => `${100_000 + who * 13 + n * 7}`,
  (n, year) => `A${n}/${year % 100}`,
  (n, year) => `${year}.${n}.KD`,
  (n, year, who) => `${String.fromCharCode(65 + (who % 26))}${String.fromCharCode(65 + (who % 7))}${year % 100}-${n}`,
  (n) => `${n}`,
];
const monthly = [4_900, 9_900, 10_000, 11_900, 25_000, 59_500, 100_000, 119_000];
const days = 1_050;
const firstDay = Date.UTC(2024, 0, 1);

export function worldOf(size: number, seed: number): World {
  const suppliers = Math.max(50, Math.ceil(size / 50));
  const nameOf = (who: number) => `${first[who % 30]}${second[Math.floor(who / 30) % 20]} ${trade[Math.floor(who / 7) % 24]}${who >= 600 ? ` ${first[Math.floor(who / 600) % 30]}${second[Math.floor(who / 450) % 20]}` : ''} ${forms[who % 6]}`;
  const isMonthly = (who: number) => who % 10 === 9 && who > suppliers / 10;

  function* stored(count: number): Generator<Stored> {
    const random = randomOf(seed);
    const sent = new Uint32Array(suppliers);
    const last: (string | undefined)[] = [];
    for (let index = 0; index < count; index += 1) {
      const who = Math.floor(suppliers * random.next() ** 3);
      const n = (sent[who] = (sent[who] ?? 0) + 1);
      const day = Math.floor((index / count) * days);
      const date = new Date(firstDay + day * 86_400_000);
      const credit = last[who] !== undefined && random.chance(0.03);
      const net = isMonthly(who) ? monthly[who % monthly.length]! : Math.round(Math.exp(Math.log(1_000) + random.next() * Math.log(5_000)));
      const number = series[who % series.length]!(n, date.getUTCFullYear(), who);
      yield {
        caseId: `bench-${String(index).padStart(7, '0')}`, of: who, number: credit ? `GS-${number}` : number, class: credit ? 'credit-note' : 'invoice', issueDate: date.toISOString().slice(0, 10),
        netMinor: net, grossMinor: Math.round(net * 1.19), preceding: credit ? [last[who]!] : [],
      };
      if (!credit) last[who] = number;
    }
  }

  const supplierOf = (who: number) => supplier({
    id: `S${who}`, name: nameOf(who), group: `G${who}`, vatId: `DE${100_000_000 + who}`,
    bankAccounts: [{ id: `S${who}-1`, version: 1, iban: `DE00${String(who).padStart(18, '0')}`, holder: nameOf(who), country: 'DE', status: 'verified', changedOn: '2023-01-01' }],
  });

  return { suppliers, stored, supplierOf, invoiceOf: (document) => invoiceOf(document, supplierOf(document.of)) };
}

function invoiceOf({ number, class: kind, issueDate, netMinor, preceding }: Stored, { name, vatId }: Supplier): Invoice {
  const none = noMoney('EUR');
  const net = money('EUR', BigInt(netMinor));
  const tax = scaleMoney(net, exact('0.19'));
  const gross = addMoney(net, tax);
  return {
    schemaVersion: 1, class: kind, typeCode: kind === 'invoice' ? '380' : '381', number, issueDate, currency: 'EUR', notes: [], references: { preceding: preceding.map((earlier) => ({ number: earlier })) },
    seller: { name, ids: [], ...(vatId ? { vatId } : {}) }, buyer: { name: 'Werk Nord GmbH', ids: [] }, payment: { means: [], discounts: [] }, allowances: [], attachments: [],
    lines: [{ id: '1', quantity: '1', unitPrice: '0', baseQuantity: '1', net, allowances: [], item: { classifications: [], attributes: [] } }],
    taxes: [{ category: 'S', rate: '19', base: net, amount: tax }], totals: { lineNet: net, allowances: none, charges: none, net, tax, gross, prepaid: none, rounding: none, payable: gross },
  };
}
