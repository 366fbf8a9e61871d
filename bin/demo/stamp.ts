import { createHash } from 'node:crypto';
import { composeIBAN } from 'ibantools';
import { addDays } from '../../domain/calendar/plain-date.ts';

/** What makes one run's documents, suppliers and orders different from every other run's: all that templates may name. */
export type Stamps = Record<'run' | 'code' | 'date' | 'compactDate' | 'shortDate' | 'dueDate' | 'orderDate' | 'ibanSteel' | 'ibanHosting' | 'ibanStranger', string>;

/** Digits of a run, one a second; it comes back after three years. */
const runDigits = 8;

export function stampsAt(now: Date): Stamps {
  const run = String(Math.floor(now.getTime() / 1000) % 10 ** runDigits).padStart(runDigits, '0');
  // The day before: nowhere on earth is it still ahead.
  const date = addDays(now.toISOString().slice(0, 10), -1);
  const compactDate = date.replaceAll('-', '');
  return {
    run,
    // Numbers of a supplier that is the same in every run: those of two runs must not look alike.
    code: createHash('sha256').update(run).digest('hex').slice(0, 10).toUpperCase(),
    date,
    compactDate,
    shortDate: compactDate.slice(2),
    dueDate: addDays(date, 30),
    orderDate: addDays(date, -30),
    ibanSteel: germanIban(`91${run}`),
    ibanHosting: germanIban(`92${run}`),
    ibanStranger: germanIban(`99${run}`),
  };
}

/** Replaces every `{{name}}`. @throws when the template names a stamp that does not exist */
export function stamp(template: string, stamps: Stamps): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (!Object.hasOwn(stamps, name)) throw new Error(`A sample names the unknown stamp {{${name}}}.`);
    return stamps[name as keyof Stamps];
  });
}

/** An account at a bank that does not exist, with valid check digits. */
function germanIban(account: string): string {
  const iban = composeIBAN({ countryCode: 'DE', bban: `50099900${account}` });
  if (iban === null) throw new Error(`${account} is not an account number of ten digits.`);
  return iban;
}
