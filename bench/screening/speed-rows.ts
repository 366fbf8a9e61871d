import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from './pairs.ts';
import type { ListBench } from './lists.ts';
import { records, screen, type Row } from './rows.ts';

export function speedRows({ context, loadSeconds, peakMegabytes }: ListBench): Row[] {
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

interface CommandCost {
  seconds: number;
  cpuSeconds: number;
  peakMegabytes: number;
}

/** The command line on one thread and on two: names a second without the time of loading, and peak memory of the whole process. */
export async function batchRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-screening-'));
  try {
    const innocents = [...records('negatives/negatives_global.csv'), ...records('negatives/negatives_us.csv')].map((row) => `${row['full_name']},person`);
    const rows: Row[] = [];
    const few = innocents.slice(0, 100); // so many that every thread loads
    for (const workers of [1, 2]) {
      const loading = await runScreen(join(folder, 'few.csv'), few, workers);
      const whole = await runScreen(join(folder, 'all.csv'), innocents, workers);
      const threads = workers === 1 ? 'one thread' : 'two threads';
      const sample = `${innocents.length} innocents, kontor screen --workers ${workers}`;
      rows.push(
        { measure: `batch on ${threads}: names a second`, value: String(Math.round((innocents.length - few.length) / (whole.seconds - loading.seconds))), aim: workers === 2 ? '>= 400' : '', sample },
        { measure: `batch on ${threads}: CPU a name`, value: `${((1000 * (whole.cpuSeconds - loading.cpuSeconds)) / (innocents.length - few.length)).toFixed(2)} ms`, aim: '', sample },
        { measure: `batch on ${threads}: whole command, wall / CPU`, value: `${whole.seconds.toFixed(1)} s / ${whole.cpuSeconds.toFixed(1)} s`, aim: '', sample: `of these ${loading.seconds.toFixed(1)} s / ${loading.cpuSeconds.toFixed(1)} s loading` },
        { measure: `batch on ${threads}: peak memory`, value: `${Math.round(whole.peakMegabytes)} MB`, aim: '<= 500 MB', sample },
      );
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runScreen(file: string, names: string[], workers: number): Promise<CommandCost> {
  writeFileSync(file, ['id,name,kind', ...names.map((name, at) => `${at},${name}`)].join('\n'));
  const started = process.hrtime.bigint();
  const args = ['--lists', join(dataFolder, 'screening/lists'), '--names', file, '--today', '2026-02-27', '--max-age-days', '10000', '--workers', String(workers)];
  const child = fork(join(import.meta.dirname, 'command-line.ts'), args, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const cost = await new Promise<Omit<CommandCost, 'seconds'>>((resolve, reject) => child.once('message', (message) => resolve(message as CommandCost)).once('error', reject).once('exit', (code) => reject(new Error(`kontor screen ended with ${code}`))));
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9, ...cost };
}
