import { readFileSync } from 'node:fs';
import { journalPolicySchema } from '../../domain/policy/close.ts';
import { entriesOf } from '../../domain/rules/ledger/entry.ts';
import { unusualEntries, type UnusualEntry } from '../../domain/rules/ledger/unusual-entries.ts';
import { readYaml } from '../../documents/ledger/yaml-file.ts';
import { milliseconds } from './measure.ts';
import { plantedBook, plantedKinds } from './planted-entries.ts';

const policyFile = new URL('../../policies/close/journals.yaml', import.meta.url);

/** Planted entries found among the first hundredth of all, by kind, and flags on entries that nothing was planted in. */
export function measureUnusual(entries: number, each: number): Record<string, string | number>[] {
  const policy = readYaml(readFileSync(policyFile, 'utf8'), 'journals.yaml', journalPolicySchema, 'rules-invalid');
  const { accounts, lines, planted } = plantedBook(5, entries, each);
  const chart = new Map(accounts.map((account) => [account.code, account]));
  let ranked: UnusualEntry[] = [];
  const took = milliseconds(() => void (ranked = unusualEntries(entriesOf(lines), { policy, accounts: chart, calendar: { weekend: [6, 7], holidays: [] } })));
  const top = new Set(ranked.slice(0, entries / 100).map(({ entry }) => entry.journal));
  const found = (kind: string): number => [...planted].filter(([journal, each_]) => each_ === kind && top.has(journal)).length;
  const flagged = ranked.filter((item) => item.flagged);
  const unplanted = flagged.filter(({ entry }) => !planted.has(entry.journal));
  return [
    { measure: `planted entries in the top 1 % of ${entries.toLocaleString('en')}`, value: (100 * [...planted.keys()].filter((journal) => top.has(journal)).length) / planted.size, unit: '%', limit: '>= 90' },
    ...plantedKinds.map((kind) => ({ measure: `  ${kind}`, value: found(kind), unit: `of ${each}`, limit: '' })),
    { measure: 'flagged', value: flagged.length, unit: 'entries', limit: '' },
    { measure: 'flagged without anything planted', value: (100 * unplanted.length) / Math.max(1, flagged.length), unit: '%', limit: '< 20' },
    { measure: 'scoring', value: took, unit: 'ms', limit: '' },
  ];
}
