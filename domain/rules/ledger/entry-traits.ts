import { isBusinessDay, type BusinessCalendar } from '../../calendar/business-days.ts';
import { addDays, endOfMonth, weekday } from '../../calendar/plain-date.ts';
import type { JournalPolicy } from '../../policy/close.ts';
import { describeMoney, minorOf, money } from '../money.ts';
import { debitsOf, type Entry } from './entry.ts';
import type { Chart } from './ledger-line.ts';

/** The twelve traits that ask for a second look (JE-5). */
export type TraitCode =
  | 'seldom-account' | 'unusual-user' | 'late-posting' | 'weak-text' | 'round-amount' | 'repeating-digits'
  | 'day-off' | 'manual-intercompany' | 'manual-estimate' | 'rare-pair' | 'outlier' | 'just-below-limit';

export interface Trait {
  readonly code: TraitCode;
  /** What a reviewer reads. */
  readonly text: string;
}

export interface TraitSettings {
  readonly policy: JournalPolicy;
  readonly accounts: Chart;
  readonly calendar: BusinessCalendar;
}

/** What is usual in these books, counted before anything is called unusual. */
export interface BookProfile {
  readonly entriesByAccount: ReadonlyMap<string, number>;
  readonly entriesByPreparer: ReadonlyMap<string, number>;
  readonly entriesByPair: ReadonlyMap<string, number>;
  /** The size that nineteen of twenty lines of an account stay within, in minor units. */
  readonly usualSize: ReadonlyMap<string, bigint>;
}

const weekdayNames = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export function profileOf(entries: readonly Entry[]): BookProfile {
  const entriesByAccount = new Map<string, number>();
  const entriesByPreparer = new Map<string, number>();
  const entriesByPair = new Map<string, number>();
  const sizes = new Map<string, bigint[]>();
  for (const entry of entries) {
    for (const account of accountsOf(entry)) count(entriesByAccount, account);
    for (const pair of pairsOf(entry)) count(entriesByPair, pair);
    if (entry.source === 'manual') count(entriesByPreparer, entry.preparer);
    for (const line of entry.lines) {
      const key = accountKey(entry, line.account);
      const list = sizes.get(key);
      if (list) list.push(magnitude(line.functional));
      else sizes.set(key, [magnitude(line.functional)]);
    }
  }
  const usualSize = new Map<string, bigint>();
  for (const [key, list] of sizes) {
    list.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    usualSize.set(key, list[Math.floor((list.length - 1) * 0.95)]!);
  }
  return { entriesByAccount, entriesByPreparer, entriesByPair, usualSize };
}

/** The traits of one entry. Entries that systems make by rule are measured by their accounts and size only. */
export function traitsOf(entry: Entry, profile: BookProfile, settings: TraitSettings): Trait[] {
  const traits = [seldomAccount, rarePair, outlier].flatMap((find) => find(entry, profile, settings) ?? []);
  if (entry.source !== 'manual') return traits;
  const manual = [unusualUser, latePosting, weakText, roundAmount, repeatingDigits, dayOff, manualAccount('manual-intercompany'), manualAccount('manual-estimate'), justBelowLimit];
  return [...traits, ...manual.flatMap((find) => find(entry, profile, settings) ?? [])];
}

type Finder = (entry: Entry, profile: BookProfile, settings: TraitSettings) => Trait | undefined;

const seldomAccount: Finder = (entry, profile, { policy }) => {
  const account = accountsOf(entry).find((key) => profile.entriesByAccount.get(key)! < policy.unusual.seldomEntries);
  if (!account) return undefined;
  return { code: 'seldom-account', text: `account ${account.split('\u0000')[1]} is used in ${profile.entriesByAccount.get(account)} entries only` };
};

const rarePair: Finder = (entry, profile, { policy }) => {
  const pair = pairsOf(entry).find((key) => profile.entriesByPair.get(key)! < policy.unusual.seldomEntries);
  if (!pair) return undefined;
  const [, debit, credit] = pair.split('\u0000');
  return { code: 'rare-pair', text: `debit ${debit} against credit ${credit} occurs in ${profile.entriesByPair.get(pair)} entries only` };
};

const outlier: Finder = (entry, profile, { policy }) => {
  const factor = BigInt(policy.unusual.outlierFactor);
  const line = entry.lines.find((each) => magnitude(each.functional) > factor * profile.usualSize.get(accountKey(entry, each.account))!);
  return line && { code: 'outlier', text: `${describeMoney(money(line.functionalCurrency, magnitude(line.functional)))} on account ${line.account} is more than ${factor} times what it usually takes` };
};

const unusualUser: Finder = (entry, profile, { policy }) => {
  const entries = profile.entriesByPreparer.get(entry.preparer)!;
  return entries < policy.unusual.seldomEntries ? { code: 'unusual-user', text: `${entry.preparer || 'nobody named'} prepared ${entries} manual entries only` } : undefined;
};

const latePosting: Finder = (entry, _profile, { policy }) => {
  const deadline = addDays(endOfMonth(entry.date), policy.unusual.lateAfterDays);
  const recorded = entry.recordedAt.slice(0, 10);
  return recorded > deadline ? { code: 'late-posting', text: `recorded on ${recorded} for ${entry.date}, after the close of that month` } : undefined;
};

const weakText: Finder = (entry, _profile, { policy }) => {
  const letters = entry.text.replaceAll(/[^\p{L}\p{N}]/gu, '').length;
  return letters < policy.unusual.shortText ? { code: 'weak-text', text: letters ? `the text says only "${entry.text}"` : 'there is no text' } : undefined;
};

const roundAmount: Finder = (entry) => {
  const digits = debitsOf(entry).toString();
  const zeros = digits.length - digits.replace(/0+$/, '').length;
  // Five zeros are whole thousands in a currency with cents; at most two other digits lead them.
  return zeros >= 5 && digits.length - zeros <= 2 ? { code: 'round-amount', text: `${describeSize(entry)} is round` } : undefined;
};

const repeatingDigits: Finder = (entry) =>
  /([1-9])\1{4,}$/.test(debitsOf(entry).toString()) ? { code: 'repeating-digits', text: `${describeSize(entry)} ends in a repeated digit` } : undefined;

const dayOff: Finder = (entry, _profile, { calendar }) => {
  const day = entry.recordedAt ? entry.recordedAt.slice(0, 10) : entry.date;
  return isBusinessDay(calendar, day) ? undefined : { code: 'day-off', text: `made on ${day}, a ${weekdayNames[weekday(day)]} without business` };
};

function manualAccount(code: 'manual-intercompany' | 'manual-estimate'): Finder {
  return (entry, _profile, { accounts }) => {
    const line = entry.lines.find((each) => (code === 'manual-estimate' ? accounts.get(each.account)?.estimate : accounts.get(each.account)?.intercompany));
    return line && { code, text: `made by hand on account ${line.account}, ${code === 'manual-estimate' ? 'which rests on estimates' : 'an intercompany account'}` };
  };
}

const justBelowLimit: Finder = (entry, _profile, { policy }) => {
  const size = debitsOf(entry);
  const currency = entry.lines[0]!.functionalCurrency;
  const limit = policy.tiers.find(({ upTo }) => {
    if (upTo?.currency !== currency) return false;
    const most = minorOf(upTo);
    return size <= most && size * 100n > most * BigInt(100 - policy.unusual.belowTierPercent);
  });
  return limit && { code: 'just-below-limit', text: `${describeSize(entry)} stays just within the limit of ${describeMoney(limit.upTo!)}` };
};

function describeSize(entry: Entry): string {
  return describeMoney(money(entry.lines[0]!.functionalCurrency, debitsOf(entry)));
}

function accountsOf(entry: Entry): string[] {
  return [...new Set(entry.lines.map((line) => accountKey(entry, line.account)))];
}

/** Debit and credit accounts that meet in an entry; large batches, where everything meets everything, say nothing. */
function pairsOf(entry: Entry): string[] {
  if (entry.lines.length > 6) return [];
  const side = (sign: 1 | -1): string[] => [...new Set(entry.lines.filter((line) => (line.functional > 0n ? 1 : -1) === sign).map((line) => line.account))];
  return side(1).flatMap((debit) => side(-1).map((credit) => `${entry.entity}\u0000${debit}\u0000${credit}`));
}

function accountKey(entry: Entry, account: string): string {
  return `${entry.entity}\u0000${account}`;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
