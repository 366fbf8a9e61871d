import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { KontorError } from '../../domain/errors.ts';
import { goVersion, serverVersion, webVersion } from '../../temporal-config/server/versions.ts';
import type { Settings } from '../../temporal-config/settings.ts';
import { codeOf, writableFolder } from './folders.ts';
import { goInstall } from './go-install.ts';
import type { Progress } from './progress.ts';

/** What can run a Temporal server on this machine. */
export type TemporalPrograms =
  | { kind: 'official'; server: string; web: string }
  | { kind: 'command-line'; cli: string };

export interface TemporalSurvey {
  cli: { path: string; version: string } | undefined;
  /** Built programs in the cache. */
  server: string | undefined;
  web: string | undefined;
  sqlTool: string | undefined;
  fetchedCli: string | undefined;
  go: { version: string; newEnough: boolean } | undefined;
}

/** Looks, and changes nothing. */
export function surveyTemporal(settings: Settings): TemporalSurvey {
  const present = (path: string) => (existsSync(path) ? path : undefined);
  const paths = cachePaths(settings);
  return {
    cli: commandLine(settings),
    server: present(paths.server),
    web: present(paths.web),
    sqlTool: present(paths.sqlTool),
    fetchedCli: fetchedCommandLine(paths.cliFolder),
    go: installedGo(),
  };
}

/**
 * The command line where it is installed, else the official programs from the cache, else they are built there by Go,
 * else the command line is fetched by the SDK. @throws KontorError `temporal-unreachable` when nothing of that works
 */
export async function findTemporal(settings: Settings, progress: Progress): Promise<TemporalPrograms> {
  const survey = surveyTemporal(settings);
  if (survey.cli) return { kind: 'command-line', cli: survey.cli.path };
  if ((survey.server && survey.web) || survey.go?.newEnough) return officialPrograms(settings, progress);
  const cli = survey.fetchedCli ?? (await fetchCommandLine(settings, survey, progress));
  return { kind: 'command-line', cli };
}

/** The official server and Web, built when the cache lacks them. Needed where the server's store is PostgreSQL. */
export async function officialPrograms(settings: Settings, progress: Progress): Promise<TemporalPrograms & { kind: 'official' }> {
  const paths = cachePaths(settings);
  await goInstall(settings, progress, {
    what: `the official Temporal server ${serverVersion}`, module: `go.temporal.io/server/cmd/server@v${serverVersion}`, program: paths.server,
    expectation: 'once for this machine and version, five to ten minutes',
  });
  await goInstall(settings, progress, {
    what: `Temporal Web ${webVersion}`, module: `github.com/temporalio/ui-server/v2/cmd/server@v${webVersion}`, program: paths.web,
    expectation: 'once for this machine and version, about half a minute',
  });
  return { kind: 'official', server: paths.server, web: paths.web };
}

/** The official schema tool, for a server whose store is PostgreSQL. */
export async function sqlTool(settings: Settings, progress: Progress): Promise<string> {
  const program = cachePaths(settings).sqlTool;
  await goInstall(settings, progress, {
    what: `Temporal's schema tool ${serverVersion}`, module: `go.temporal.io/server/cmd/tools/sql@v${serverVersion}`, program,
    expectation: 'once for this machine and version, some seconds after the server',
  });
  return program;
}

/** One sentence for every way to a server that is closed here. */
export function waysToTemporal(survey: TemporalSurvey): string {
  const go = survey.go ? `Go ${survey.go.version} is older than ${goVersion}` : 'Go is not installed';
  return `there is no \`temporal\` command on PATH, no built server in the cache, and ${go}`;
}

function cachePaths(settings: Settings) {
  return {
    server: join(settings.cacheDir, `temporal-server-${serverVersion}`, 'server'),
    web: join(settings.cacheDir, `temporal-web-${webVersion}`, 'server'),
    sqlTool: join(settings.cacheDir, `temporal-sql-${serverVersion}`, 'sql'),
    cliFolder: join(settings.cacheDir, 'temporal-cli'),
  };
}

function commandLine(settings: Settings): TemporalSurvey['cli'] {
  const path = settings.temporalCli ?? 'temporal';
  const answer = spawnSync(path, ['--version'], { encoding: 'utf8' });
  const version = /^temporal version (\S+)/.exec(answer.stdout ?? '')?.[1];
  if (version !== undefined) return { path, version };
  if (settings.temporalCli === undefined) return undefined;
  throw new KontorError('setting-invalid', `KONTOR_TEMPORAL_CLI names ${path}, which is not the Temporal command line (${answer.error ? codeOf(answer.error) : 'unexpected answer to --version'}).`);
}

function installedGo(): TemporalSurvey['go'] {
  const version = /go version go(\d+\.\d+(?:\.\d+)?)/.exec(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  return version === undefined ? undefined : { version, newEnough: !isOlder(version, goVersion) };
}

function isOlder(version: string, floor: string): boolean {
  const [have, need] = [version, floor].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i += 1) {
    const difference = (have?.[i] ?? 0) - (need?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function fetchedCommandLine(folder: string): string | undefined {
  const name = existsSync(folder) ? readdirSync(folder).find((one) => one.startsWith('temporal-') && !one.endsWith('.downloading')) : undefined;
  return name === undefined ? undefined : join(folder, name);
}

/** The SDK fetches the command line of its own version; it starts it once, which proves that it runs. */
async function fetchCommandLine(settings: Settings, survey: TemporalSurvey, progress: Progress): Promise<string> {
  const downloadDir = writableFolder(cachePaths(settings).cliFolder);
  try {
    return await progress.step('Fetching the Temporal command line', async (because) => {
      because(`${waysToTemporal(survey)}; the download is about 60 MB`);
      const { TestWorkflowEnvironment } = await import('@temporalio/testing');
      const proof = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'cached-download', version: 'default', downloadDir } } });
      await proof.teardown();
      const cli = fetchedCommandLine(downloadDir);
      if (cli === undefined) throw new Error('the SDK left no program in the cache');
      return cli;
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KontorError('temporal-unreachable', `There is no way to a Temporal server: ${waysToTemporal(survey)}, and the download failed (${reason}). Install Go ${goVersion} or the \`temporal\` command line, or set TEMPORAL_ADDRESS.`, { cause });
  }
}
