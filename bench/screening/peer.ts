import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LabelledPair } from './pairs.ts';

const folder = join(import.meta.dirname, '../peers/nomenklatura');
const python = process.env['KONTOR_NOMENKLATURA_PYTHON'] ?? join(folder, '.venv/bin/python');
const schemas = { person: 'Person', organisation: 'Company', object: 'Vessel' };

/** Scores of logic-v2 on the same pairs, in their order; undefined when the peer is not installed. Throws when it fails. */
export function nomenklaturaScores(pairs: LabelledPair[]): number[] | undefined {
  if (!existsSync(python)) return undefined;
  const input = pairs.map((pair, at) => JSON.stringify({ id: at, schema: schemas[pair.kind], a: pair.a, b: pair.b })).join('\n');
  const run = spawnSync(python, [join(folder, 'score.py')], { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (run.status !== 0) throw new Error(`nomenklatura failed: ${run.stderr.slice(-2000)}`);
  const scores = new Array<number>(pairs.length);
  for (const line of run.stdout.trim().split('\n')) {
    const { id, score } = JSON.parse(line) as { id: number; score: number };
    scores[id] = score;
  }
  return scores;
}
