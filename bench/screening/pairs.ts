import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { alignNames } from '../../domain/rules/screening/compare-names.ts';
import { featureNames, featuresOf } from '../../domain/rules/screening/features.ts';
import { parseName, type NameKind } from '../../domain/rules/screening/parse-name.ts';

export const dataFolder = process.env['KONTOR_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data');

export interface LabelledPair {
  group: string;
  kind: NameKind;
  a: string;
  b: string;
  match: boolean;
}

/** The labelled name pairs of the developers' half. */
export function readPairs(): LabelledPair[] {
  const rows = parse(readFileSync(join(dataFolder, 'screening/name-pairs/cases.csv')), { columns: true }) as Record<string, string>[];
  return rows.map((row) => ({ group: row['case_group']!, kind: kindOfSchema(row['schema']!), a: row['name1']!, b: row['name2']!, match: row['is_match'] === 'true' }));
}

export function kindOfSchema(schema: string): NameKind {
  return schema === 'Person' ? 'person' : schema === 'Vessel' ? 'object' : 'organisation';
}

/** One row of feature values, in the order of `featureNames`. */
export function featureRow(pair: LabelledPair): number[] {
  const features = featuresOf(alignNames(parseName(pair.a, pair.kind), parseName(pair.b, pair.kind)));
  return featureNames.map((name) => features[name]);
}

/**
 * Pairs that share a name, directly or through others, belong together: a fold that holds one holds all,
 * or the model would be tested on names it has seen.
 */
export function componentsOf(pairs: LabelledPair[]): number[] {
  const parent = pairs.map((_, at) => at);
  const find = (at: number): number => (parent[at] === at ? at : (parent[at] = find(parent[at]!)));
  const seen = new Map<string, number>();
  pairs.forEach((pair, at) => {
    for (const name of [pair.a, pair.b].map((each) => each.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim())) {
      const other = seen.get(name);
      if (other === undefined) seen.set(name, at);
      else parent[find(at)] = find(other);
    }
  });
  return pairs.map((_, at) => find(at));
}
