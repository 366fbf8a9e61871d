import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runDirOf } from '../../bin/services/services.ts';
import { sql, sqlOne } from '../../db/client.ts';
import type { House } from '../../test/support/house.ts';
import { pause } from '../../test/faults/workday.ts';
import { engineBytes } from '../intake/engine-files.ts';
import type { Desk } from './desk.ts';

interface Sample {
  at: number;
  /** Resident megabytes and open handles of each program with its children. */
  programs: Record<string, { mb: number; handles: number }>;
  databaseMb: number;
  engineMb: number;
}

const everyMs = 5_000;
const watched = ['worker', 'api', 'temporal', 'postgres'];

/** Looks at an installation while it works: from its process table, its files and its database, never from what it says of itself. */
export class Witness {
  private readonly house: House;
  private readonly samples: Sample[] = [];

  constructor(house: House) {
    this.house = house;
  }

  async watch(underWay: () => boolean): Promise<void> {
    for (; underWay(); await pause(everyMs)) await this.look().catch(() => undefined); // the database may be down just now
  }

  /** Figures of each quarter of the time watched. */
  async quarters(desk: Desk): Promise<Record<string, string | number>[]> {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (!first || !last) throw new Error('nothing was seen');
    const length = (last.at - first.at) / 4 || 1;
    return Promise.all([0, 1, 2, 3].map(async (quarter) => {
      const [from, to] = [first.at + quarter * length, first.at + (quarter + 1) * length];
      const seen = this.samples.filter(({ at }) => at >= from && at <= to);
      const waits = desk.answers.filter(({ at }) => at >= from && at < to).map(({ tookMs }) => tookMs).sort((a, b) => a - b);
      const posting = await this.postingTimes(from, to);
      return {
        quarter: quarter + 1,
        accepted: waits.length,
        'intake p50 ms': percentile(waits, 0.5),
        'intake p95 ms': percentile(waits, 0.95),
        'accepted to posted p50 ms': Math.round(posting.p50),
        'accepted to posted p95 ms': Math.round(posting.p95),
        ...Object.fromEntries(watched.flatMap((name) => [[`${name} MB`, median(seen.flatMap(({ programs }) => programs[name]?.mb ?? []))], [`${name} handles`, median(seen.flatMap(({ programs }) => programs[name]?.handles ?? []))]])),
        'database MB at end': Math.round(seen.at(-1)?.databaseMb ?? 0),
        'engine MB at end': Math.round(seen.at(-1)?.engineMb ?? 0),
      };
    }));
  }

  private async look(): Promise<void> {
    const folder = this.house.processes.folder;
    const { bytes } = await sqlOne<{ bytes: string }>(this.house.db, `select pg_database_size(current_database()) as bytes`);
    this.samples.push({ at: Date.now(), programs: programsOf(runDirOf(folder)), databaseMb: Number(bytes) / 2 ** 20, engineMb: engineBytes(join(folder, 'temporal')) / 2 ** 20 });
  }

  /** Of documents that nobody had to approve. */
  private async postingTimes(from: number, to: number): Promise<{ p50: number; p95: number }> {
    const rows = await sql<{ p50: number | null; p95: number | null }>(
      this.house.db,
      `select (percentile_cont(0.5) within group (order by extract(epoch from posted_at - created_at)) * 1000)::float as p50,
              (percentile_cont(0.95) within group (order by extract(epoch from posted_at - created_at)) * 1000)::float as p95
         from cases where process = 'ap-invoice' and posted_at is not null and created_at >= to_timestamp(:from / 1000.0) and created_at < to_timestamp(:to / 1000.0)
          and not exists (select 1 from tasks where tasks.case_id = cases.id)`,
      { from, to },
    );
    return { p50: rows[0]?.p50 ?? 0, p95: rows[0]?.p95 ?? 0 };
  }
}

function programsOf(runDir: string): Sample['programs'] {
  const parents = new Map(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => [Number(pid), parentOf(pid)]));
  const tree = (root: number): number[] => [root, ...[...parents].filter(([, parent]) => parent === root).flatMap(([pid]) => tree(pid))];
  const recorded = readdirSync(runDir).filter((name) => name.endsWith('.json')).map((name) => JSON.parse(readFileSync(join(runDir, name), 'utf8')) as { name: string; pid: number });
  return Object.fromEntries(recorded.map(({ name, pid }) => {
    const pids = tree(pid);
    return [name, { mb: Math.round(pids.reduce((sum, one) => sum + privateKb(one), 0) / 1024), handles: pids.reduce((sum, one) => sum + handlesOf(one), 0) }];
  }));
}

function parentOf(pid: string): number {
  return Number(textOf(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[1] ?? 0);
}

/** What a program shares with others, as the backends of PostgreSQL their buffers, is counted by its share. */
function privateKb(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0; // it has just ended
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function median(values: readonly number[]): number {
  return percentile([...values].sort((a, b) => a - b), 0.5);
}
