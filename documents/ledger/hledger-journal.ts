import type { AccountType } from '../../domain/model/account.ts';
import type { Entry } from '../../domain/rules/ledger/entry.ts';
import type { Chart, LedgerLine } from '../../domain/rules/ledger/ledger-line.ts';
import { currencyDigits, money, toDecimalText } from '../../domain/rules/money.ts';
import { compareText } from '../../domain/rules/ledger/trial-balance.ts';

/** hledger's own letters for the kinds of account, which its statements go by. */
const typeLetter: Record<AccountType, string> = { asset: 'A', liability: 'L', equity: 'E', income: 'R', expense: 'X' };

/**
 * Books in the journal format of hledger, so that a program that nobody here wrote can check and report them.
 * An account is named entity:ledger:code; foreign amounts carry their functional value as total cost (`@@`), so that
 * `hledger -B` shows the functional currency and plain `hledger` that of the transactions.
 */
export function* hledgerJournal(entries: readonly Entry[], chart: Chart): Generator<string> {
  yield 'decimal-mark .\n';
  yield* declarations(entries, chart);
  for (const entry of [...entries].sort((a, b) => compareText(a.date, b.date))) {
    const description = oneLine(entry.text) || entry.journal;
    yield `\n${entry.date} (${oneLine(entry.journal).replaceAll(/[()]/g, '_')}) ${description}  ; source:${entry.source}\n`;
    for (const line of entry.lines) yield `    ${accountName(line)}  ${amountText(line)}\n`;
  }
}

/** Currencies with their digits and accounts with their kinds, so that `hledger check --strict` knows them all. */
function* declarations(entries: readonly Entry[], chart: Chart): Generator<string> {
  const currencies = new Set<string>();
  const accounts = new Map<string, AccountType>();
  for (const { lines } of entries)
    for (const line of lines) {
      currencies.add(line.currency).add(line.functionalCurrency);
      const account = chart.get(line.account);
      if (account) accounts.set(accountName(line), account.type);
    }
  for (const currency of [...currencies].sort()) yield `commodity 1000.${'0'.repeat(currencyDigits(currency))} ${currency}\n`;
  for (const name of [...accounts.keys()].sort()) yield `account ${name}  ; type:${typeLetter[accounts.get(name)!]}\n`;
}

function accountName(line: LedgerLine): string {
  return [line.entity, line.ledger, line.account].map((part) => oneLine(part).replaceAll(':', '_')).join(':');
}

function amountText(line: LedgerLine): string {
  const functional = toDecimalText(money(line.functionalCurrency, line.functional));
  if (line.currency === line.functionalCurrency || line.amount === 0n) return `${functional} ${line.functionalCurrency}`;
  return `${toDecimalText(money(line.currency, line.amount))} ${line.currency} @@ ${functional.replace('-', '')} ${line.functionalCurrency}`;
}

/** hledger ends a name at two spaces and a description at a semicolon. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[;|]/g, ',').trim();
}
