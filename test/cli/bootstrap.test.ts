import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings, toolEnvironment } from '../../temporal-config/settings.ts';

const { home } = readSettings();

/** A checkout with one package that is wanted, a verb, and an npm of the test's own making. */
let clone: string;
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'kontor-clone-'));
  mkdirSync(join(clone, 'bin', 'verbs'), { recursive: true });
  mkdirSync(join(clone, 'path'));
  cpSync(join(home, 'bin', 'kontor.mjs'), join(clone, 'bin', 'kontor.mjs'));
  cpSync(join(home, 'domain'), join(clone, 'domain'), { recursive: true });
  writeFileSync(join(clone, 'package.json'), '{"type":"module"}');
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify({ packages: { '': {}, 'node_modules/tsx': { version: '4.0.0' }, 'node_modules/for-another-system': { version: '1.0.0', optional: true } } }));
  writeFileSync(join(clone, 'bin', 'verbs', 'greet.ts'), '// Say good day\nexport async function run(args: string[]): Promise<number> { console.log(`Good day, ${args.join(" ")}`); return 0; }\n');
});
afterEach(() => rmSync(clone, { recursive: true }));

function kontor(args: string[], nodeArguments: string[] = []) {
  return spawnSync(process.execPath, [...nodeArguments, join(clone, 'bin', 'kontor.mjs'), ...args], {
    encoding: 'utf8', env: toolEnvironment({ PATH: `${join(clone, 'path')}:/usr/bin:/bin` }),
  });
}

/** Puts an npm on PATH that does what the script says. */
function npm(script: string): void {
  writeFileSync(join(clone, 'path', 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(clone, 'path', 'npm'), 0o755);
}

/** Lends it our packages; the lock file asks for tsx in this version. */
function installed(version = versionOfTsx()): void {
  symlinkSync(join(home, 'node_modules'), join(clone, 'node_modules'));
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify({ packages: { 'node_modules/tsx': { version } } }));
}

describe('the bootstrap', () => {
  it('runs a verb when the dependencies are there, and passes arguments and exit code on', () => {
    installed();
    npm('echo "npm was called although nothing is missing"; exit 9');
    expect(kontor(['greet', 'Ada', 'Lovelace'])).toMatchObject({ stdout: 'Good day, Ada Lovelace\n', status: 0 });
    expect(kontor(['help']).stdout).toContain('kontor greet           Say good day');
    expect(kontor(['gret'])).toMatchObject({ status: 2, stderr: expect.stringContaining('Unknown command: gret') });
  });

  it('installs when nothing is installed, and says so', () => {
    npm('exit 0');
    expect(kontor(['greet']).stderr).toContain('Installing dependencies with npm ci (they are not installed yet; once, about a minute)');
  });

  it('installs again when the lock file names another version', () => {
    installed('0.0.1-not-installed');
    npm('echo "$@" >&2; exit 9');
    expect(kontor(['greet']).stderr).toMatch(/tsx has another version than the lock file names[^]*ci --ignore-scripts/);
  });

  it.each([
    ['no network', 'echo "npm error code EAI_AGAIN" >&2; exit 1', 'The package registry cannot be reached. Check the network'],
    ['a folder of somebody else', 'echo "npm error code EACCES" >&2; exit 1', 'npm may not write there. Check who owns the folder'],
    ['a full disk', 'echo "npm error code ENOSPC" >&2; exit 1', 'The disk is full.'],
    ['anything else', 'echo "npm error something" >&2; exit 1', 'The messages above say why.'],
  ])('gives the next step for %s', (_case, script, next) => {
    npm(script);
    expect(kontor(['greet'])).toMatchObject({ status: 1, stderr: expect.stringContaining(next) });
  });

  it('gives the next step where npm is missing', () => {
    const answer = spawnSync(process.execPath, [join(clone, 'bin', 'kontor.mjs'), 'greet'], { encoding: 'utf8', env: { PATH: join(clone, 'path') } });
    expect(answer).toMatchObject({ status: 1, stderr: expect.stringContaining('The npm command is not on PATH') });
  });

  it.each(['18.20.4', '20.18.3'])('refuses Node %s with the version that it needs', (version) => {
    const pretend = join(clone, 'pretend.mjs');
    writeFileSync(pretend, `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`);
    const answer = kontor(['greet'], ['--import', pretend]);
    expect(answer).toMatchObject({ status: 1, stderr: `Node ${version} is too old: Kontor needs 20.19 or newer.\nInstall a newer Node and run the command again.\n` });
  });

  it('explains an error of the catalogue with its remedy, and shows any other whole', () => {
    installed();
    writeFileSync(join(clone, 'bin', 'verbs', 'stumble.ts'), `// Stumble
import { KontorError } from '../../domain/errors.ts';
export async function run([kind]: string[]): Promise<number> { throw kind === 'known' ? new KontorError('port-taken', 'Port 1 is taken.') : new TypeError('a defect'); }
`);
    expect(kontor(['stumble', 'known'])).toMatchObject({ status: 1, stderr: expect.stringMatching(/^\nA port is used by another program: Port 1 is taken\.\nStop that program/) });
    expect(kontor(['stumble', 'defect'])).toMatchObject({ status: 1, stderr: expect.stringMatching(/TypeError: a defect\n +at run/) });
  });
});

function versionOfTsx(): string {
  return (JSON.parse(readFileSync(join(home, 'node_modules', 'tsx', 'package.json'), 'utf8')) as { version: string }).version;
}
