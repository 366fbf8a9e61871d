import { fromDayNumber, toDayNumber } from '../../domain/calendar/plain-date.ts';
import type { Account, AccountType } from '../../domain/model/account.ts';
import { money, toDecimalText } from '../../domain/rules/money.ts';
import { Random } from './random.ts';

export const journalHeader = 'journal,entity,date,account,currency,amount,functional_currency,functional_amount,text,source';

export interface RandomBook {
  readonly accounts: Account[];
  /** Records below the header, one line of an entry each. */
  readonly rows: string[];
}

const types: readonly AccountType[] = ['asset', 'liability', 'equity', 'income', 'expense'];
const functionalCurrencies: Record<string, string> = { DE01: 'EUR', US02: 'USD', JP03: 'JPY', KW04: 'KWD' };

/**
 * A year of balanced entries of some companies with different functional currencies, some of them in foreign
 * currencies, some with many lines, some that only change a valuation.
 */
export function randomBook(seed: number, entries: number): RandomBook {
  const random = new Random(seed);
  const accounts = randomChart(random);
  const rows: string[] = [];
  for (let number = 1; number <= entries; number++) {
    const entity = random.pick(Object.keys(functionalCurrencies));
    const functionalCurrency = functionalCurrencies[entity]!;
    const currency = random.once(3) ? random.pick(['EUR', 'USD', 'JPY', 'KWD']) : functionalCurrency;
    const date = fromDayNumber(toDayNumber('2026-01-01') + random.below(365));
    for (const line of randomLines(random, currency === functionalCurrency)) {
      const account = random.pick(accounts).code;
      rows.push([`J${number}`, entity, date, account, currency, toDecimalText(money(currency, line.amount)), functionalCurrency, toDecimalText(money(functionalCurrency, line.functional)), `entry ${number}`, 'automated'].join(','));
    }
  }
  return { accounts, rows };
}

function randomChart(random: Random): Account[] {
  const cashFlows = [undefined, 'operating', 'investing', 'financing', 'non-cash'] as const;
  const accounts: Account[] = [{ schemaVersion: 1, code: '1000', name: 'Bank', type: 'asset', cashFlow: 'cash' }];
  for (const [index, type] of types.entries())
    for (let number = 0; number < random.between(2, 8); number++) {
      const cashFlow = random.pick(cashFlows);
      accounts.push({ schemaVersion: 1, code: `${index + 1}${String(100 + number)}`, name: `${type} ${number}`, type, ...(cashFlow ? { cashFlow } : {}), ...(random.once(2) ? { section: `Section ${random.below(3)}` } : {}) });
    }
  return accounts;
}

/** Lines that sum to zero in both currencies, each with both amounts on the same side. */
function randomLines(random: Random, sameCurrency: boolean): { amount: bigint; functional: bigint }[] {
  if (!sameCurrency && random.once(8)) {
    const gain = BigInt(random.between(1, 100_000));
    return [{ amount: 0n, functional: gain }, { amount: 0n, functional: -gain }];
  }
  const rate = BigInt(random.between(1, 300));
  const debits = Array.from({ length: random.once(20) ? random.between(5, 40) : random.between(1, 3) }, () => BigInt(random.between(1, random.once(50) ? 1_000_000_000 : 1_000_000)));
  const lines = debits.map((amount) => ({ amount, functional: sameCurrency ? amount : amount * rate }));
  const total = debits.reduce((sum, amount) => sum + amount, 0n);
  const first = total / BigInt(random.between(1, 4));
  const credits = first > 0n && first < total ? [first, total - first] : [total];
  return [...lines, ...credits.map((amount) => ({ amount: -amount, functional: sameCurrency ? -amount : -amount * rate }))];
}
