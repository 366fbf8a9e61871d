import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Written by runs themselves, as the state folder is: they do not change what runs. */
const results = ['test/faults/kept-seeds.json', 'bench/RESULTS.md', 'bench/results.json'];
const notSources = new Set(['node_modules', '.git', '.kontor', 'dist', 'coverage']);

/**
 * What results count for: the commit where the files are its own, else with a mark of what they say, so that two changes are never taken for one; the mark
 * alone where `home` is no checkout, as in an archive or within another project's.
 */
export function sourceRevision(home: string, stateDir: string): string {
  const commit = commitOf(home);
  const state = relative(home, stateDir);
  const left = [...results, ...(state === '' || state.startsWith('..') ? [] : [state])];
  if (commit === undefined) return `files-${markOf(home, left)}`;
  return isClean(home, left) ? commit : `${commit}+${markOf(home, left)}`;
}

function commitOf(home: string): string | undefined {
  try {
    if (realpathSync(git(home, 'rev-parse', '--show-toplevel')) !== realpathSync(home)) return undefined;
    return git(home, 'rev-parse', '--short', 'HEAD');
  } catch {
    return undefined;
  }
}

function isClean(home: string, left: readonly string[]): boolean {
  return git(home, 'status', '--porcelain', '--', '.', ...left.map((path) => `:(exclude)${path}`)) === '';
}

function git(home: string, ...words: string[]): string {
  return execFileSync('git', words, { cwd: home, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** Of the names and contents of all files that are neither installed nor left by runs. */
function markOf(home: string, left: readonly string[]): string {
  const hash = createHash('sha256');
  const isLeft = (file: string) => left.some((path) => file === path || file.startsWith(`${path}/`));
  for (const file of filesIn(home).map((path) => relative(home, path)).filter((path) => !isLeft(path)).sort()) hash.update(file).update('\0').update(readFileSync(join(home, file))).update('\0');
  return hash.digest('hex').slice(0, 10);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (notSources.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
  });
}
