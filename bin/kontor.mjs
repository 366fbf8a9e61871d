#!/usr/bin/env node
// Bootstrap of every command. It has no dependency: it must run right after a clone, explain itself, and set up what is missing.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

const home = fileURLToPath(new URL('..', import.meta.url));
const verbFolder = join(home, 'bin', 'verbs');

requireNode([20, 19]);
installWhenNeeded();
await runVerb(process.argv[2] ?? 'help', process.argv.slice(3));

function requireNode([major, minor]) {
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(`Node ${process.versions.node} is too old: Kontor needs ${major}.${minor} or newer.`, 'Install a newer Node and run the command again.');
}

function installWhenNeeded() {
  const installed = join(home, 'node_modules', '.package-lock.json');
  if (existsSync(installed)) return;
  console.error('Installing dependencies with npm ci (about a minute, once) …');
  const run = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: home, stdio: ['ignore', 2, 2] });
  if (run.status !== 0) fail('npm ci did not finish.', 'Check the network and the messages above, then run the command again.');
}

async function runVerb(verb, args) {
  const verbs = readdirSync(verbFolder).filter((name) => name.endsWith('.ts')).map((name) => name.slice(0, -3));
  if (!verbs.includes(verb)) {
    const asked = ['help', '--help', '-h'].includes(verb);
    const lines = verbs.map((name) => `  kontor ${name.padEnd(16)}${summaryOf(name)}`);
    (asked ? console.log : console.error)(`${asked ? '' : `Unknown command: ${verb}\n`}Usage: kontor COMMAND [ARGUMENTS]; kontor COMMAND --help says more\n\n${lines.join('\n')}`);
    process.exitCode = asked ? 0 : 2;
    return;
  }
  const { register } = await import('tsx/esm/api');
  register();
  const { run } = await import(pathToFileURL(join(verbFolder, `${verb}.ts`)).href);
  process.exitCode = await run(args);
}

/** The first line of a verb's file is a comment with its summary. */
function summaryOf(verb) {
  return readFileSync(join(verbFolder, `${verb}.ts`), 'utf8').split('\n', 1)[0].replace(/^\/\/\s*/, '');
}

function fail(what, next) {
  console.error(`${what}\n${next}`);
  process.exit(1);
}
