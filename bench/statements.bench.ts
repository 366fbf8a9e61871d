import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBai2, writeCamt, writeMt940, writeNacha } from './statements/generate.ts';

export const summary = 'reading of bank statements: entries a second and peak memory, each in a process of its own, beside one Node parser a format';

const formats = [
  { format: 'camt.053', write: writeCamt, aim: '<= 300 MB', peer: 'iso20022.js 0.0.15' },
  { format: 'mt940', write: writeMt940, aim: '>= 50000 entries/s', peer: 'mt940js 1.3.5' },
  { format: 'bai2', write: writeBai2, aim: '', peer: undefined },
  { format: 'nacha', write: writeNacha, aim: '', peer: '@midlandsbank/node-nacha 0.4.0' },
] as const;

const peers = fileURLToPath(new URL('./peers/statements/', import.meta.url));

interface Measure {
  entries: number;
  seconds: number;
  cpuSeconds: number;
  peakMb: number;
}

/** Arguments: entries a file (100000). */
export async function run(args: string[]) {
  const entries = Number(args[0] ?? 100_000);
  const folder = mkdtempSync(join(tmpdir(), 'kontor-statements-'));
  const rows: Record<string, string | number>[] = [];
  try {
    for (const { format, write, aim, peer } of formats) {
      const path = join(folder, format);
      await write(path, entries);
      const size = Math.round(statSync(path).size / 1e6);
      rows.push({ format, reader: 'Kontor', 'file MB': size, ...figures(measured(['--import', 'tsx', fileURLToPath(new URL('./statements/read.ts', import.meta.url)), path]), entries), aim });
      rows.push({ format, reader: peer ?? 'no Node parser found', 'file MB': size, ...peerFigures(peer, format, path, entries) });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return {
    name: 'statements',
    rows,
    notes: [
      'Peak MB is that of the whole process, start-up and compiler included. Kontor reads camt in a stream, sums exactly, and checks balances, counts and control totals; the peers read the whole file, use binary floating point and check less.',
      `Load of the machine: ${loadavg().map((load) => Math.round(load)).join(', ')}. For BAI2 no parser was found in the package registry for Node.`,
    ],
  };
}

function measured(command: string[]): Measure | undefined {
  const { status, stdout } = spawnSync(process.execPath, ['--max-old-space-size=8000', ...command], { encoding: 'utf8', cwd: fileURLToPath(new URL('..', import.meta.url)) });
  return status === 0 ? (JSON.parse(stdout) as Measure) : undefined;
}

function figures(measure: Measure | undefined, entries: number): Record<string, string | number> {
  if (!measure) return { 'entries/s': 'failed' };
  if (measure.entries !== entries) throw new Error(`${measure.entries} entries were read, ${entries} were written`);
  return { 'entries/s': Math.round(entries / measure.seconds), 'entries/CPU s': Math.round(entries / measure.cpuSeconds), 'peak MB': measure.peakMb };
}

function peerFigures(peer: string | undefined, format: string, path: string, entries: number): Record<string, string | number> {
  if (peer === undefined) return {};
  if (!existsSync(join(peers, 'node_modules'))) return { 'entries/s': 'skipped', aim: 'run bench/peers/statements/setup.sh first' };
  return figures(measured([join(peers, 'read.mjs'), format, path]), entries);
}
