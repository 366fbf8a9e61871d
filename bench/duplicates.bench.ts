import { parseArgs } from 'node:util';
import { withDisposableState } from '../bin/services/disposable.ts';
import { screen } from '../bin/services/progress.ts';
import { startDatabase } from '../bin/services/services.ts';
import type { Supervised } from '../bin/services/supervise.ts';
import { openDatabase, sqlOne, type Db } from '../db/client.ts';
import { migrate } from '../db/migrate.ts';
import { readSettings } from '../temporal-config/settings.ts';
import type { Result } from './benchmark.ts';
import { load } from './duplicates/load.ts';
import { ours, peer, preparePeer, type Lookup } from './duplicates/lookups.ts';
import { probesOf, untouched, type Probe } from './duplicates/probes.ts';
import { worldOf } from './duplicates/world.ts';
import { processorSeconds } from './intake/processor-time.ts';
import { met } from './invoice/figures.ts';

export const summary = 'Duplicates among stored invoices: exact, normalised and fuzzy, as the recording transaction looks for them; the peer is a similarity() scan with a trigram index';

const usage = 'npm run bench -- duplicates [--invoices 1000000] [--probes 100: of each pattern] [--peer-probes 4] [--seed 12]';

/** Each look-up alone on one connection; rounds of ours and of the peer alternate, a tenth of the probes each. */
export async function run(args: string[]): Promise<Result> {
  const { values } = parseArgs({ args, options: { invoices: { type: 'string', default: '1000000' }, probes: { type: 'string', default: '100' }, 'peer-probes': { type: 'string', default: '4' }, seed: { type: 'string', default: '12' } } });
  const [count, each, peerEach, seed] = [values.invoices, values.probes, values['peer-probes'], values.seed].map(Number) as [number, number, number, number];
  if (!(count > 0 && each > 0 && peerEach > 0 && Number.isInteger(seed))) throw new Error(usage);
  const world = worldOf(count, seed);
  return withDatabase(async (db) => {
    await screen.step(`${count} invoices of ${world.suppliers} suppliers`, () => load(db, world, count));
    await screen.step('The trigram index of the peer', () => preparePeer(db));
    const sides: [Side, Side] = [new Side('ours', ours(db), probesOf(world, count, each, seed + 1)), new Side('peer', peer(db), probesOf(world, count, peerEach, seed + 1))];
    const { pid } = await sqlOne<{ pid: number }>(db, 'select pg_backend_pid() as pid');
    for (const side of sides) await side.warmUp();
    for (let round = 0; round < rounds; round += 1) for (const side of sides) await side.play(round, pid);
    return { name: 'duplicates', rows: sides.flatMap((side) => side.rows()), notes: notesOf(count, each, peerEach, seed, world.suppliers) };
  });
}

const limitMs = 20;
const rounds = 10;
const warmUps = 20;

async function withDatabase<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const settings = { ...readSettings(), databaseUrl: undefined };
  return withDisposableState('bench-duplicates', settings, screen, async (stateDir) => {
    const started: Supervised[] = [];
    try {
      const { databaseUrl } = await startDatabase({ stateDir, ports: 'free', temporalStore: 'sqlite', web: false }, settings, screen, started);
      await migrate(databaseUrl);
      const db = openDatabase(databaseUrl, { poolSize: 1, statementTimeoutMs: 600_000 });
      try {
        return await work(db);
      } finally {
        await db.destroy();
      }
    } finally {
      for (const program of started) await program.stop();
    }
  });
}

interface Looked {
  pattern: string;
  atLeast: number;
  ms: number;
  /** The original was found; for an untouched document: something was. */
  hit: boolean;
}

class Side {
  readonly name: string;
  readonly lookup: Lookup;
  readonly probes: Probe[];
  readonly looked: Looked[] = [];
  databaseSeconds = 0;

  constructor(name: string, lookup: Lookup, probes: Probe[]) {
    this.name = name;
    this.lookup = lookup;
    this.probes = probes;
  }

  async warmUp(): Promise<void> {
    for (const probe of this.probes.slice(0, warmUps)) await this.lookup(probe);
  }

  async play(round: number, backend: number): Promise<void> {
    const before = processorSeconds([backend]);
    for (const [index, probe] of this.probes.entries()) {
      if (index % rounds !== round) continue;
      const began = performance.now();
      const found = await this.lookup(probe);
      const ms = performance.now() - began;
      this.looked.push({ pattern: probe.pattern, atLeast: probe.atLeast, ms, hit: probe.original === undefined ? found.length > 0 : found.includes(probe.original) });
    }
    this.databaseSeconds += processorSeconds([backend]) - before;
  }

  rows(): Result['rows'] {
    const kinds = [...new Set(this.looked.map(({ pattern }) => pattern))].sort();
    return [this.row('all', this.looked), ...kinds.map((pattern) => this.row(pattern, this.looked.filter((one) => one.pattern === pattern)))];
  }

  private row(pattern: string, looked: readonly Looked[]): Record<string, string | number> {
    const times = looked.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number) => Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 10) / 10;
    const repeats = looked.filter((one) => one.pattern !== untouched);
    const found = repeats.filter(({ hit }) => hit).length;
    const flagged = looked.filter((one) => one.pattern === untouched);
    return {
      who: this.name, pattern, lookups: looked.length, 'p50 ms': at(0.5), 'p95 ms': at(0.95), 'p99 ms': at(0.99),
      'recall %': repeats.length > 0 ? percent(found, repeats.length) : '', 'wanted %': pattern === 'all' ? '' : repeats[0]?.atLeast ?? '',
      'untouched flagged %': flagged.length > 0 ? percent(flagged.filter(({ hit }) => hit).length, flagged.length) : '',
      limit: this.name === 'ours' && pattern === 'all' ? `p95 <= ${limitMs} ms: ${met(at(0.95) <= limitMs)}` : '',
      'database CPU ms each': pattern === 'all' ? Math.round((this.databaseSeconds * 10_000) / looked.length) / 10 : '',
    };
  }
}

function percent(part: number, whole: number): number {
  return Math.round((part * 1_000) / whole) / 10;
}

function notesOf(count: number, each: number, peerEach: number, seed: number, suppliers: number): string[] {
  return [
    `${count} documents of ${suppliers} suppliers over three years, seed ${seed}; ${each} probes of each pattern for ours, ${peerEach} for the peer, whose look-ups take long.`,
    'With so few probes a pattern the p95 of the peer is its slowest; over all of them it is one.',
    'Ours: advisory locks of the number, candidates, rules, commit. Peer: rows whose number and vendor name are similar (default threshold), the ten most similar count as found.',
    'An untouched document is flagged by ours where the same vendor sent the same amount within 90 days (D5); the peer flags whatever has a similar number.',
  ];
}
