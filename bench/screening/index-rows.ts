import { screenName, type ScreeningContext } from '../../domain/rules/screening/screen.ts';
import { indexQueries } from './index-queries.ts';
import type { Row } from './rows.ts';

/** Which share of what comparing every name finds does the index find too, with the same score? */
export function indexRows(context: ScreeningContext, enough: number): Row[] {
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
  return [{ measure: 'index: recall of brute-force hits', value: (found / all).toFixed(4), aim: '>= 0.999', sample: `${all} hits of ${queries} names` }];
}
