#!/usr/bin/env node
// Bootstrap of every command. It has no dependency: it must run right after a clone, explain itself, and set up what is missing.
import { accessSync, constants, existsSync, readFileSync, readdirSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

const home = fileURLToPath(new URL('..', import.meta.url));
const verbFolder = join(home, 'bin', 'verbs');

requireNode([20, 19]);
await installWhenNeeded();
await runVerb(process.argv[2] ?? 'help', process.argv.slice(3));

function requireNode([major, minor]) {
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(`Node ${process.versions.node} is too old: Kontor needs ${major}.${minor} or newer.`, 'Install a newer Node and run the command again.');
}

async function installWhenNeeded() {
  const reason = whyInstall();
  if (reason === undefined) return;
  try {
    accessSync(home, constants.W_OK);
  } catch {
    fail(`The folder ${home} cannot be written, so that the dependencies cannot be installed.`, 'Make it writable, or clone to a folder of yours, and run the command again.');
  }
  console.error(`Installing dependencies with npm ci (${reason}; once, about a minute) …`);
  const { code, output } = await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  if (code !== 0) fail('npm ci did not finish.', nextStep(output));
}

/** Undefined when every package of the lock file is installed in its version. */
function whyInstall() {
  const installedFile = join(home, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return 'they are not installed yet';
  const wanted = JSON.parse(readFileSync(join(home, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  for (const [path, { version, optional, devOptional, link }] of Object.entries(wanted)) {
    if (path === '' || link) continue;
    if (installed[path] === undefined && (optional || devOptional)) continue; // made for another platform
    if (installed[path]?.version !== version) return `${path.replace(/^.*node_modules\//, '')} has another version than the lock file names`;
  }
  return undefined;
}

function runNpm(args) {
  const npm = spawn('npm', args, { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
  const began = Date.now();
  const waiting = setInterval(() => console.error(`  … npm fetches and unpacks packages (${Math.round((Date.now() - began) / 1000)} s)`), 5_000);
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (text) => {
      output += text;
      process.stderr.write(text);
    });
  }
  return new Promise((resolve) => {
    npm.once('error', (error) => resolve({ code: -1, output: String(error) }));
    npm.once('close', (code) => resolve({ code, output }));
  }).finally(() => clearInterval(waiting));
}

function nextStep(output) {
  if (/spawn npm ENOENT/.test(output)) return 'The npm command is not on PATH. Install npm, which comes with Node, and run the command again.';
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|network/i.test(output)) return 'The package registry cannot be reached. Check the network (and the proxy settings of npm) and run the command again.';
  if (/EACCES|EROFS|EPERM/.test(output)) return 'npm may not write there. Check who owns the folder and npm\'s cache, and run the command again.';
  if (/ENOSPC/.test(output)) return 'The disk is full. Free some space and run the command again.';
  return 'The messages above say why. Mend that and run the command again.';
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
  try {
    const { run } = await import(pathToFileURL(join(verbFolder, `${verb}.ts`)).href);
    process.exitCode = await run(args);
  } catch (error) {
    await explain(error);
    process.exitCode = 1;
  }
}

/** An error of the catalogue says what happened and what to do next; anything else is ours to mend and shows where. */
async function explain(error) {
  const { errorCatalogue } = await import(pathToFileURL(join(home, 'domain', 'errors.ts')).href);
  const entry = errorCatalogue[error?.code];
  if (error?.name !== 'KontorError' || entry === undefined) console.error(error);
  else console.error(`\n${entry.title}: ${error.message}\n${entry.remedy}`);
}

/** The first line of a verb's file is a comment with its summary. */
function summaryOf(verb) {
  return readFileSync(join(verbFolder, `${verb}.ts`), 'utf8').split('\n', 1)[0].replace(/^\/\/\s*/, '');
}

function fail(what, next) {
  console.error(`${what}\n${next}`);
  process.exit(1);
}
