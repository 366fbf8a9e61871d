import { addDays, fromDayNumber, toDayNumber, weekday } from '../../domain/calendar/plain-date.ts';
import type { Account } from '../../domain/model/account.ts';
import type { LedgerLine } from '../../domain/rules/ledger/ledger-line.ts';
import { Random } from './random.ts';

/** Twelve ways in which an entry deserves a second look; every planted entry has exactly one of them. */
export const plantedKinds = [
  'seldom-account', 'unusual-user', 'late-posting', 'weak-text', 'round-amount', 'repeating-digits',
  'day-off', 'manual-intercompany', 'manual-estimate', 'rare-pair', 'outlier', 'just-below-limit',
] as const;
export type PlantedKind = (typeof plantedKinds)[number];

export interface PlantedBook {
  readonly accounts: Account[];
  readonly lines: LedgerLine[];
  /** Planted entries by journal id. */
  readonly planted: ReadonlyMap<string, PlantedKind>;
}

interface Draft {
  debit: string;
  credit: string;
  cents: number;
  date: string;
  recordedOn: string;
  text: string;
  preparer: string;
  source: 'manual' | 'automated' | 'accrual';
}

const texts = ['Freight October invoice 4711', 'Correction of cost centre', 'Travel cost Lyon', 'Reclassification of energy cost', 'Licence fee for the quarter', 'Insurance premium share'];
const preparers = Array.from({ length: 12 }, (_, index) => `accountant-${index + 1}`);
/** Debit and credit accounts that go together every day. */
const habits = Array.from({ length: 60 }, (_, index) => [`6${String(index).padStart(3, '0')}`, `2${String(index % 20).padStart(3, '0')}`] as const);

/**
 * A year of ordinary entries, four of five by systems, with the noise of real books: systems post at night and on
 * Sundays, estimates are accrued at month ends by rule, some amounts are round, a few manual entries have traits of
 * their own. Among them the planted ones, `each` of every kind.
 */
export function plantedBook(seed: number, entries: number, each: number): PlantedBook {
  const random = new Random(seed);
  const planted = new Map<string, PlantedKind>();
  const drafts: Draft[] = Array.from({ length: entries - each * plantedKinds.length }, () => ordinary(random));
  const numbered = [...drafts.map((draft) => ({ draft, kind: undefined as PlantedKind | undefined })), ...plantedKinds.flatMap((kind) => Array.from({ length: each }, (_, index) => ({ draft: plant(random, kind, index), kind })))];
  const lines = random.shuffle(numbered).flatMap(({ draft, kind }, index) => {
    const journal = `J${index + 1}`;
    if (kind) planted.set(journal, kind);
    return bothLines(journal, draft, index * 2 + 2);
  });
  return { accounts: chart(), lines, planted };
}

function chart(): Account[] {
  const plain = (code: string, type: Account['type']): Account => ({ schemaVersion: 1, code, name: `Account ${code}`, type });
  return [
    ...habits.map(([debit]) => plain(debit, 'expense')),
    ...[...new Set(habits.map(([, credit]) => credit))].map((credit) => plain(credit, 'liability')),
    { ...plain('1500', 'asset'), intercompany: 'balance' },
    { ...plain('2900', 'liability'), estimate: true },
    ...Array.from({ length: 40 }, (_, index) => plain(`8${String(index).padStart(3, '0')}`, 'expense')),
  ];
}

function ordinary(random: Random): Draft {
  if (random.once(50)) return system(random, { debit: '6000', credit: '2900', source: 'accrual' });
  if (random.once(40)) return system(random, { debit: '1500', credit: '2000', source: 'automated' });
  return random.below(5) > 0 ? system(random, {}) : manual(random);
}

function system(random: Random, fields: Partial<Draft>): Draft {
  const [debit, credit] = random.pick(habits);
  const date = fromDayNumber(toDayNumber('2026-01-01') + random.below(365));
  return { debit, credit, cents: amount(random), date, recordedOn: date, text: random.once(6) ? '' : 'interface posting', preparer: 'interface', source: 'automated', ...fields };
}

/** An ordinary manual entry, on a weekday, described, by one of the team; one in four hundred has a harmless oddity. */
function manual(random: Random): Draft {
  const [debit, credit] = random.pick(habits);
  const date = weekdayOf(random);
  const draft: Draft = { debit, credit, cents: amount(random), date, recordedOn: date, text: random.pick(texts), preparer: random.pick(preparers), source: 'manual' };
  if (!random.once(400)) return draft;
  return { ...draft, ...random.pick([{ text: 'ok' }, { recordedOn: saturdayAfter(date) }, { cents: random.between(1, 9) * 1_000_000 }]) };
}

function plant(random: Random, kind: PlantedKind, index: number): Draft {
  const usual = { ...manual(random), text: random.pick(texts), cents: amount(random) };
  const draft = { ...usual, recordedOn: usual.date };
  switch (kind) {
    case 'seldom-account': return { ...draft, debit: `8${String(index % 40).padStart(3, '0')}` };
    case 'unusual-user': return { ...draft, preparer: `visitor-${index}` };
    case 'late-posting': return { ...draft, recordedOn: nextWeekday(addDays(draft.date, 60)) };
    case 'weak-text': return { ...draft, text: random.pick(['', '.', 'x', '??']) };
    case 'round-amount': return { ...draft, cents: random.between(1, 9) * 10_000_000 };
    case 'repeating-digits': return { ...draft, cents: random.between(1, 9) * 1_111_111 };
    case 'day-off': return { ...draft, recordedOn: saturdayAfter(draft.date), date: draft.date };
    case 'manual-intercompany': return { ...draft, debit: '1500', credit: '2000' };
    case 'manual-estimate': return { ...draft, debit: '6000', credit: '2900' };
    case 'rare-pair': return { ...draft, debit: habits[index % 60]![0], credit: habits[(index + 7) % 60]![1] };
    case 'outlier': return { ...draft, cents: 987_654_321 + random.below(1_000_000) * 7 };
    case 'just-below-limit': return { ...draft, cents: 1_000_000 - random.between(101, 9_999) };
  }
}

/** Between 10 and about 9,900, small ones more often; never round, never just under a limit of ten thousand. */
function amount(random: Random): number {
  const cents = random.between(1_000, random.pick([20_000, 100_000, 979_000]));
  return cents % 1_000 === 0 || /(\d)\1{4}$/.test(String(cents)) ? cents + 37 : cents;
}

function weekdayOf(random: Random): string {
  return nextWeekday(fromDayNumber(toDayNumber('2026-01-01') + random.below(362)));
}

function nextWeekday(date: string): string {
  const day = weekday(date);
  return day > 5 ? addDays(date, 8 - day) : date;
}

function saturdayAfter(date: string): string {
  return addDays(date, 6 - weekday(date));
}

function bothLines(journal: string, draft: Draft, line: number): LedgerLine[] {
  const common = {
    journal, entity: 'DE01', ledger: 'main', date: draft.date, documentDate: draft.date, costCentre: '', partner: '', currency: 'EUR', functionalCurrency: 'EUR',
    reference: '', dueDate: '', text: draft.text, source: draft.source, preparer: draft.preparer, reversalOf: '', number: undefined, recordedAt: `${draft.recordedOn}T10:00:00Z`,
  } as const;
  const cents = BigInt(draft.cents);
  return [
    { ...common, line, account: draft.debit, amount: cents, functional: cents },
    { ...common, line: line + 1, account: draft.credit, amount: -cents, functional: -cents },
  ];
}
