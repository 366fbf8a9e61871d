import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { indexQueries } from '../../../bench/screening/index-queries.ts';
import { listFiles } from '../../../bin/screening/list-files.ts';
import { readProfile } from '../../../bin/screening/profiles.ts';
import { readLists } from '../../../documents/lists/read-lists.ts';
import type { NameKind } from '../../../domain/rules/screening/parse-name.ts';
import { buildDatabase } from '../../../domain/rules/screening/screening-database.ts';
import { scorePair } from '../../../domain/rules/screening/score-pair.ts';
import { parityScore } from '../../../domain/rules/screening/ofac-parity.ts';
import { screenName } from '../../../domain/rules/screening/screen.ts';

const folder = join(process.env['KONTOR_TEST_DATA'] ?? join(import.meta.dirname, '../../../../shared/data'), 'screening');
const records = (file: string): Record<string, string>[] => parse(readFileSync(join(folder, file)), { columns: true });
const kindOf = (schema: string): NameKind => (schema === 'Person' ? 'person' : schema === 'Vessel' ? 'object' : 'organisation');

describe.skipIf(!existsSync(folder))('on public data', () => {
  it('agrees with at least nine of ten labelled pairs', () => {
    const profile = readProfile('qualified');
    const rows = records('name-pairs/cases.csv');
    const right = rows.filter((row) => scorePair(row['name1']!, row['name2']!, kindOf(row['schema']!), profile).match === (row['is_match'] === 'true'));
    expect(rows.length).toBeGreaterThan(0);
    expect(right.length / rows.length).toBeGreaterThanOrEqual(0.9);
  });

  it('is within 5 of at least 75 of 79 scores of 80 and more of the OFAC search tool', () => {
    const profile = readProfile('ofac-parity');
    if (profile.profile !== 'ofac-parity') throw new Error('another profile');
    const rows = records('ofac-scores/ofac_fixtures.csv').filter((row) => Number(row['ofac_score']) >= 80);
    const near = rows.filter((row) => Math.abs(parityScore(row['query_name']!, row['result_name']!, profile).score - Number(row['ofac_score'])) <= 5);
    expect(rows.length).toBe(79);
    expect(near.length).toBeGreaterThanOrEqual(75);
  });

  it('the index finds at least 99.9 % of more than 2,000 hits that comparing every name finds', { timeout: 900_000 }, () => {
    const lists = readLists(listFiles(join(folder, 'lists'))).flatMap((reading) => reading.list ?? []);
    const context = { database: buildDatabase(lists), profile: readProfile('qualified'), today: '2026-02-27', gaps: [] };
    const missed: string[] = [];
    let all = 0;
    let queries = 0;
    for (const query of indexQueries(context.database)) {
      const found = new Map(screenName(context, query).hits.map((hit) => [`${hit.list}|${hit.entry}`, hit.score]));
      const every = screenName({ ...context, everyName: true }, query).hits;
      queries++;
      all += every.length;
      missed.push(...every.filter((hit) => found.get(`${hit.list}|${hit.entry}`) !== hit.score).map((hit) => `${query.name}: ${hit.name} ${hit.score}`));
      if (all >= 2000 && queries >= 24) break;
    }
    expect(all).toBeGreaterThanOrEqual(2000);
    expect(missed.length <= all / 1000 ? [] : missed).toEqual([]);
  });
});
