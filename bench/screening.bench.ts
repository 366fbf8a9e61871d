import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { readBirthDate } from '../documents/lists/dates.ts';
import { readProfile } from '../bin/screening/profiles.ts';
import type { BirthDate } from '../domain/model/list-entry.ts';
import { parityScore } from '../domain/rules/screening/ofac-parity.ts';
import { screenName, type ScreeningContext } from '../domain/rules/screening/screen.ts';
import { crossValidate } from './screening/cross-validate.ts';
import { indexQueries } from './screening/index-queries.ts';
import { loadLists, type ListBench } from './screening/lists.ts';
import { areaUnderCurve, decisionsAt } from './screening/measures.ts';
import { dataFolder, readPairs } from './screening/pairs.ts';
import { nomenklaturaScores } from './screening/peer.ts';
import { penalty } from './screening/train.ts';
import { seeded, treat, treatments, type Treatment } from './screening/treatments.ts';

export const summary = 'name screening: labelled pairs, OFAC parity, treated UN names, innocents, original script, index recall, speed; peer nomenklatura';

interface Row {
  [column: string]: string | number;
  measure: string;
  value: string;
  aim: string;
  sample: string;
}

/** Arguments: `quick` uses every sixteenth UN name instead of every fourth, and fewer brute-force queries. */
export async function run(args: string[]): Promise<{ name: string; rows: Row[]; notes: string[] }> {
  const quick = args.includes('quick');
  const lists = loadLists();
  const rows = [
    ...pairRows(),
    parityRow(),
    ...treatedRows(lists, quick ? 16 : 4),
    ...originalRows(lists),
    ...innocentRows(lists.context),
    indexRow(lists.context, quick ? 200 : 3000),
    ...speedRows(lists),
  ];
  return {
    name: 'screening',
    rows,
    notes: [
      'Pairs: ten folds grouped by shared names, four repeats, threshold from the training folds. The shipped coefficients are trained on the same pairs, so only these figures are honest.',
      'Lists: OFAC 2019, OFAC 2021, UN 2026 without names in original script; thresholds of policies/screening/qualified.yaml. Treatments and their seed are in bench/screening/treatments.ts.',
      `Speed is CPU time of one thread; the load of the machine was ${loadavg()[0]!.toFixed(1)} at the end.`,
    ],
  };
}

function pairRows(): Row[] {
  const pairs = readPairs();
  const labels = pairs.map((pair) => pair.match);
  const repeats = [0, 1, 2, 3].map((repeat) => crossValidate(pairs, penalty, 10, repeat));
  const mean = pairs.map((_, at) => average(repeats.map((each) => each.scores[at]!)));
  const decided = repeats.map((each) => decisionsAt(0.5, each.decisions.map(Number), labels));
  const sample = `${pairs.length} pairs`;
  const groups = [...new Set(pairs.map((pair) => pair.group))].map((group) => ({ group, at: pairs.flatMap((pair, at) => (pair.group === group ? [at] : [])) }));
  const peer = nomenklaturaScores(pairs);
  return [
    { measure: 'pairs: AUC, cross-validated', value: average(repeats.map((each) => areaUnderCurve(each.scores, labels))).toFixed(3), aim: '>= 0.94', sample },
    { measure: 'pairs: balanced accuracy', value: average(decided.map((each) => each.balancedAccuracy)).toFixed(3), aim: '>= 0.90', sample },
    { measure: 'pairs: recall / precision', value: `${average(decided.map((each) => each.recall)).toFixed(3)} / ${average(decided.map((each) => each.precision)).toFixed(3)}`, aim: '>= 0.90 / 0.88', sample },
    ...groups.map(({ group, at }): Row => ({ measure: `pairs: AUC, ${group}`, value: areaUnderCurve(at.map((each) => mean[each]!), at.map((each) => labels[each]!)).toFixed(3), aim: group === 'nk_checks' ? '>= 0.95' : '', sample: `${at.length} pairs` })),
    ...(peer === undefined
      ? [{ measure: 'nomenklatura logic-v2: AUC', value: 'skipped', aim: 'peer', sample: 'run bench/peers/nomenklatura/setup.sh first' }]
      : [
          { measure: 'nomenklatura logic-v2: AUC', value: areaUnderCurve(peer, labels).toFixed(3), aim: 'peer', sample },
          { measure: 'nomenklatura logic-v2: balanced accuracy at 0.70', value: decisionsAt(0.7, peer, labels).balancedAccuracy.toFixed(3), aim: 'peer', sample },
          ...groups.filter(({ group }) => group === 'nk_checks').map(({ at }): Row => ({ measure: 'nomenklatura logic-v2: AUC, nk_checks', value: areaUnderCurve(at.map((each) => peer[each]!), at.map((each) => labels[each]!)).toFixed(3), aim: 'peer', sample: `${at.length} pairs` })),
        ]),
  ];
}

function parityRow(): Row {
  const profile = readProfile('ofac-parity');
  if (profile.profile !== 'ofac-parity') throw new Error('policies/screening/ofac-parity.yaml holds another profile');
  const rows = records('ofac-scores/ofac_fixtures.csv').filter((row) => Number(row['ofac_score']) >= 80);
  const near = rows.filter((row) => Math.abs(parityScore(row['query_name']!, row['result_name']!, profile).score - Number(row['ofac_score'])) <= 5);
  return { measure: 'OFAC scores >= 80 within 5', value: `${near.length} of ${rows.length}`, aim: '>= 75 of 79', sample: `${rows.length} captured scores` };
}

/** The wrong dates: a slip of pen, and a date that has nothing to do with the listed one. */
const dates: [string, (listed: string) => string | undefined][] = [
  ['no date of birth', () => undefined],
  ['date of birth one year off', (listed) => `${Number(listed.slice(0, 4)) + 1}${listed.slice(4).replace('-02-29', '-02-28')}`],
  ['date of birth of somebody else', () => '2001-11-30'],
];

function treatedRows({ context }: ListBench, every: number): Row[] {
  const names = context.database.entries
    .filter((entry) => entry.list === 'UN' && entry.kind === 'person')
    .flatMap((entry) => entry.names.filter((name) => name.quality === 'primary' || name.quality === 'good').map((name) => ({ entry, name: name.text })))
    .filter((_, at) => at % every === 0);
  return dates.flatMap(([label, dateOf]) => {
    const counts = treatments.map((treatment) => ({ treatment, ...treatedRecall(context, names, treatment, dateOf) }));
    const found = counts.reduce((sum, each) => sum + each.found, 0);
    const asked = counts.reduce((sum, each) => sum + each.asked, 0);
    const pooled: Row = { measure: `UN treated names, ${label}: recall`, value: (found / asked).toFixed(4), aim: '>= 0.98', sample: `${asked} names` };
    return dateOf('1970-01-01') ? [pooled] : [...counts.map((each): Row => ({ measure: `UN ${each.treatment}: recall`, value: (each.found / each.asked).toFixed(4), aim: '', sample: `${each.asked} names` })), pooled];
  });
}

function treatedRecall(context: ScreeningContext, names: { entry: ScreeningContext['database']['entries'][number]; name: string }[], treatment: Treatment, dateOf: (listed: string) => string | undefined): { found: number; asked: number } {
  const random = seeded(20260227);
  let found = 0;
  let asked = 0;
  for (const { entry, name } of names) {
    const treated = treat(name, treatment, random);
    if (!treated) continue;
    asked++;
    const date = entry.birthDates[0] && dateOf(entry.birthDates[0].earliest);
    const birthDate = date ? readBirthDate(date) : undefined;
    if (screen(context, treated, birthDate).hits.some((hit) => hit.list === entry.list && hit.entry === entry.id)) found++;
  }
  return { found, asked };
}

function originalRows({ context, originals }: ListBench): Row[] {
  const found = originals.filter(({ entry, name }) => screen(context, name).hits.some((hit) => hit.list === entry.list && hit.entry === entry.id));
  return [{ measure: 'UN names in original script: recall', value: (found.length / originals.length).toFixed(3), aim: '>= 0.60', sample: `${originals.length} names` }];
}

function innocentRows(context: ScreeningContext): Row[] {
  return ['global', 'us'].flatMap((part) => {
    const people = records(`negatives/negatives_${part}.csv`);
    const alerts = people.filter((person) => screen(context, person['full_name']!).state === 'HIT').length;
    const withDate = people.filter((person) => screen(context, person['full_name']!, readBirthDate(person['date_of_birth']!)).state === 'HIT').length;
    const sample = `${people.length} people`;
    return [
      { measure: `innocents ${part}: false positives`, value: percent(alerts / people.length), aim: '<= 1 %', sample },
      { measure: `innocents ${part}, with date of birth`, value: percent(withDate / people.length), aim: '<= 0.33 %', sample },
    ];
  });
}

/** Which share of what comparing every name finds does the index find too, with the same score? */
function indexRow(context: ScreeningContext, enough: number): Row {
  let all = 0;
  let found = 0;
  let queries = 0;
  for (const query of indexQueries(context.database)) {
    const byIndex = new Map(screenName(context, query).hits.map((hit) => [`${hit.list}|${hit.entry}`, hit.score]));
    const byAll = screenName({ ...context, everyName: true }, query).hits;
    all += byAll.length;
    found += byAll.filter((hit) => byIndex.get(`${hit.list}|${hit.entry}`) === hit.score).length;
    queries++;
    if (all >= enough) break;
  }
  return { measure: 'index: recall of brute-force hits', value: (found / all).toFixed(4), aim: '>= 0.999', sample: `${all} hits of ${queries} names` };
}

function speedRows({ context, loadSeconds, peakMegabytes }: ListBench): Row[] {
  const names = [...records('negatives/negatives_global.csv'), ...records('negatives/negatives_us.csv')].map((row) => row['full_name']!);
  for (const name of names.slice(0, 200)) screen(context, name); // compiled code is what a running service has
  const started = process.cpuUsage();
  const times = names.map((name) => {
    const begun = process.cpuUsage();
    screen(context, name);
    return milliseconds(begun);
  });
  const perName = milliseconds(started) / names.length;
  times.sort((a, b) => a - b);
  return [
    { measure: 'three lists: load and index, CPU', value: `${loadSeconds.toFixed(1)} s`, aim: '<= 20 s', sample: `${context.database.entries.length} entries` },
    { measure: 'three lists: memory after loading', value: `${Math.round(peakMegabytes)} MB`, aim: '<= 500 MB', sample: 'peak resident' },
    { measure: 'one screening: mean CPU', value: `${perName.toFixed(1)} ms`, aim: '', sample: `${names.length} innocents` },
    { measure: 'one screening: p95 of CPU', value: `${times[Math.floor(times.length * 0.95)]!.toFixed(1)} ms`, aim: '<= 15 ms', sample: `${names.length} innocents` },
    { measure: 'names a second of CPU, one thread', value: String(Math.round(1000 / perName)), aim: '>= 200 (400 on 2)', sample: `${names.length} innocents` },
  ];
}

/** CPU time since `begun`, user and system. */
function milliseconds(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

function screen(context: ScreeningContext, name: string, birthDate?: BirthDate): ReturnType<typeof screenName> {
  return screenName(context, { id: '', name, kind: 'person', ...(birthDate ? { birthDate } : {}) });
}

function records(file: string): Record<string, string>[] {
  return parse(readFileSync(join(dataFolder, 'screening', file)), { columns: true });
}

function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
