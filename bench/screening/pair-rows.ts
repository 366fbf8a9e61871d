import { readProfile } from '../../bin/screening/profiles.ts';
import { parityScore } from '../../domain/rules/screening/ofac-parity.ts';
import { crossValidate } from './cross-validate.ts';
import { areaUnderCurve, decisionsAt } from './measures.ts';
import { readPairs } from './pairs.ts';
import { nomenklaturaScores } from './peer.ts';
import { records, type Row } from './rows.ts';
import { penalty } from './train.ts';

export function pairRows(): Row[] {
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

export function parityRows(): Row[] {
  const profile = readProfile('ofac-parity');
  if (profile.profile !== 'ofac-parity') throw new Error('policies/screening/ofac-parity.yaml holds another profile');
  const rows = records('ofac-scores/ofac_fixtures.csv').filter((row) => Number(row['ofac_score']) >= 80);
  const near = rows.filter((row) => Math.abs(parityScore(row['query_name']!, row['result_name']!, profile).score - Number(row['ofac_score'])) <= 5);
  return [{ measure: 'OFAC scores >= 80 within 5', value: `${near.length} of ${rows.length}`, aim: '>= 75 of 79', sample: `${rows.length} captured scores` }];
}

function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
