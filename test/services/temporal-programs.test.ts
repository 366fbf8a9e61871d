import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressTo, silent } from '../../bin/services/progress.ts';
import { findTemporal, surveyTemporal } from '../../bin/services/temporal-programs.ts';
import { serverVersion, webVersion } from '../../temporal-config/server/versions.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';

/** A machine whose only programs are those that the test puts on PATH, and an empty cache. */
let machine: string;
let settings: Settings;
beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'kontor-machine-'));
  mkdirSync(join(machine, 'path'));
  settings = { ...readSettings({}), cacheDir: join(machine, 'cache') };
  vi.stubEnv('PATH', `${join(machine, 'path')}:/usr/bin:/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(machine, { recursive: true });
});

function program(name: string, script: string): void {
  writeFileSync(join(machine, 'path', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(machine, 'path', name), 0o755);
}

/** A Go that "builds" by writing a file, and notes each build. */
function go(version: string, install = 'echo "example.com/package" >&2; sleep 0.2; echo program > "$GOBIN/server"'): void {
  program('go', `case "$1" in version) echo "go version go${version} linux/amd64";; install) echo "$3" >> ${machine}/builds; ${install};; esac`);
}

const builds = () => (existsSync(join(machine, 'builds')) ? readFileSync(join(machine, 'builds'), 'utf8').trim().split('\n') : []);
const official = () => ({
  kind: 'official', server: join(settings.cacheDir, `temporal-server-${serverVersion}`, 'server'), web: join(settings.cacheDir, `temporal-web-${webVersion}`, 'server'),
});

describe('the way to a Temporal server', () => {
  it('is the command line where it is on PATH', async () => {
    program('temporal', 'echo "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)"');
    go('1.26.8');
    expect(await findTemporal(settings, silent)).toEqual({ kind: 'command-line', cli: 'temporal' });
    expect(builds()).toEqual([]);
  });

  it('is the command line that a setting names, which must be one', async () => {
    program('elsewhere', 'echo "temporal version 1.9.1"');
    settings = { ...settings, temporalCli: join(machine, 'path', 'elsewhere') };
    expect(await findTemporal(settings, silent)).toEqual({ kind: 'command-line', cli: settings.temporalCli });
    settings = { ...settings, temporalCli: '/bin/true' };
    expect(() => surveyTemporal(settings)).toThrow(/KONTOR_TEMPORAL_CLI names \/bin\/true, which is not the Temporal command line/);
  });

  it('is not some other program called temporal', async () => {
    program('temporal', 'echo "something else"');
    expect(surveyTemporal(settings).cli).toBeUndefined();
  });

  it('is built by Go once: at the same time by two, and again later', async () => {
    go('1.26.8');
    const lines: string[] = [];
    const progress = progressTo((line) => lines.push(line));
    expect(await Promise.all([findTemporal(settings, progress), findTemporal(settings, progress)])).toEqual([official(), official()]);
    expect(await findTemporal(settings, progress)).toEqual(official());
    expect(builds()).toEqual([`go.temporal.io/server/cmd/server@v${serverVersion}`, `github.com/temporalio/ui-server/v2/cmd/server@v${webVersion}`]);
    expect(lines.join('\n')).toContain(`Building the official Temporal server ${serverVersion} with Go (once for this machine and version, five to ten minutes)`);
  });

  it('waits no longer for a builder that was killed', async () => {
    go('1.26.8');
    mkdirSync(settings.cacheDir);
    writeFileSync(join(settings.cacheDir, 'build.lock'), JSON.stringify({ pid: process.pid, startedAt: 'another boot/1' }));
    expect(await findTemporal(settings, silent)).toEqual(official());
  });

  it('says that the network is missing, and leaves nothing half built', async () => {
    go('1.26.8', 'echo "go: go.temporal.io/server/cmd/server: dial tcp: lookup proxy: no such host" >&2; echo half > "$GOBIN/half"; exit 1');
    await expect(findTemporal(settings, silent)).rejects.toMatchObject({ code: 'temporal-unreachable', message: expect.stringContaining('the module proxy cannot be reached') });
    expect(readdirSync(join(settings.cacheDir, `temporal-server-${serverVersion}`))).toEqual([]);
    expect(existsSync(join(settings.cacheDir, 'build.lock'))).toBe(false);
  });

  it.each([['1.26.7', false], ['1.25.12', false], ['1.26.8', true], ['1.26.10', true], ['1.27', true], ['2.0', true]])('Go %s is new enough: %s', (version, newEnough) => {
    go(version);
    expect(surveyTemporal(settings).go).toEqual({ version, newEnough });
  });
});
