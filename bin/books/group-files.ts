import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { periodRange } from '../../domain/calendar/period-range.ts';
import { KontorError, problemOf } from '../../domain/errors.ts';
import { groupSchema, type Group } from '../../domain/model/group.ts';
import { intercompanyPolicySchema, type IntercompanyPolicy } from '../../domain/policy/close.ts';
import { rateTable } from '../../domain/rules/group/rates.ts';
import type { TranslationContext } from '../../domain/rules/group/translation.ts';
import type { LedgerLine } from '../../domain/rules/ledger/ledger-line.ts';
import type { JournalDetail } from '../../documents/ledger/journal-csv.ts';
import { readAccounts, readRates } from '../../documents/ledger/table-csv.ts';
import { readYaml, withYamlPlace } from '../../documents/ledger/yaml-file.ts';
import { chunksOf, streamBook } from './input.ts';
import { ProblemList } from './output.ts';

export interface GroupFiles {
  readonly group: Group;
  readonly policy: IntercompanyPolicy;
  readonly context: TranslationContext;
  /** Path of a file that the group file names. */
  readonly beside: (path: string) => string;
  /** Runs a rule; what it throws about a part of the group file gets line and column. */
  readonly located: <T>(rule: () => T) => T;
}

/** Everything that the group file names, except the books. */
export async function readGroupFiles(file: string): Promise<GroupFiles> {
  const text = await readFile(file, 'utf8');
  const group = readYaml(text, file, groupSchema, 'group-invalid');
  const beside = (path: string): string => resolve(dirname(file), path);
  const chart = await readAccounts(chunksOf(beside(group.accounts)), group.accounts);
  const rates = rateTable(await readRates(chunksOf(beside(group.rates)), group.rates));
  const policyFile = group.intercompanyPolicy ? beside(group.intercompanyPolicy) : fileURLToPath(new URL('../../policies/close/intercompany.yaml', import.meta.url));
  const policy = readYaml(await readFile(policyFile, 'utf8'), policyFile, intercompanyPolicySchema, 'rules-invalid');
  return { group, policy, context: { chart, rates, groupCurrency: group.currency, range: rangeOf(group, file), posting: group.posting }, beside, located: (rule) => located(rule, text, file) };
}

function located<T>(rule: () => T, text: string, file: string): T {
  try {
    return rule();
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    const { place } = withYamlPlace(text, file, problemOf(error));
    throw new KontorError(error.code, error.message, { ...(place ? { place } : {}), cause: error });
  }
}

/** Streams the books of all entities, each file once; returns what is wrong in them. */
export async function streamGroupBooks({ group, context, beside }: GroupFiles, use: (line: LedgerLine) => void, detail: JournalDetail): Promise<ProblemList> {
  const wrong = new ProblemList();
  for (const journal of new Set(group.entities.map((entity) => entity.journal))) {
    const members = new Set(group.entities.filter((entity) => entity.journal === journal).map(({ id }) => id));
    const problems = await streamBook(beside(journal), { accounts: context.chart }, (line) => members.has(line.entity) && use(line), detail);
    for (const problem of problems.first) wrong.add(problem);
  }
  return wrong;
}

function rangeOf(group: Group, file: string): { from: string; to: string } {
  try {
    return periodRange(group.period);
  } catch (error) {
    throw new KontorError('group-invalid', `${file}: ${(error as Error).message}.`, { place: { file, path: 'period' } });
  }
}
