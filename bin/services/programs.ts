import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type BuildResult, type Plugin } from 'esbuild';
import { keptOrMade, tolerantly, writeWhole } from './kept.ts';

/** Modules that start threads from modules of ours. They see themselves where they were translated to, so that they find those there, too. */
const threadsOf: Record<string, string[]> = { 'documents/invoice/read-in-worker.ts': ['documents/worker/reader-worker.ts'] };

/**
 * What Node is given to run a program of ours. A program in TypeScript that is translated module by module as it loads takes two to four times the
 * processor time of one that was translated before, in one file and with its threads; the translation is kept while its sources are the same. It lies
 * among the packages, because that is where a program's packages are looked for. What cannot be translated or kept there runs as it is.
 */
export async function programArguments(home: string, file: string): Promise<string[]> {
  const source = resolve(home, file);
  const program = ownProgram(home, source) ? await translated(home, relative(home, source)).catch(() => undefined) : undefined;
  return program === undefined ? ['--import', 'tsx', source] : ['--enable-source-maps', program];
}

/** Not one of elsewhere, and none that has packages of its own. */
function ownProgram(home: string, source: string): boolean {
  if (!source.startsWith(`${home}${sep}`)) return false;
  let folder = dirname(source);
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder === home;
}

async function translated(home: string, file: string): Promise<string> {
  const all = join(home, 'node_modules', '.cache', 'kontor');
  const folder = join(all, encodeURIComponent(home));
  return keptOrMade(join(folder, `${file}.json`), async () => {
    tolerantly(() => forgetFormerHomes(all));
    const { read, written } = await translate(home, folder, file);
    const description = join(folder, 'package.json');
    writeWhole(description, '{"type":"module"}');
    const ways = [fileURLToPath(import.meta.url), join(home, 'tsconfig.json'), join(home, 'node_modules', '.package-lock.json')];
    return { value: join(folder, translatedName(file)), from: [...read, ...ways], into: [description, ...written] };
  });
}

/** The program, and after it the threads that it starts. */
async function translate(home: string, folder: string, file: string): Promise<{ read: string[]; written: string[] }> {
  const { metafile, outputFiles } = await build({
    entryPoints: [join(home, file)], outdir: folder, outbase: home, absWorkingDir: home, bundle: true, packages: 'external',
    platform: 'node', format: 'esm', target: 'node20', keepNames: true, sourcemap: true, sourcesContent: false,
    metafile: true, write: false, logLevel: 'silent', plugins: [ownPlaces(home, folder)],
  }) satisfies BuildResult;
  for (const { path, contents } of outputFiles) writeWhole(path, contents);
  const inputs = Object.keys(metafile.inputs);
  const done = { read: inputs.map((input) => join(home, input)), written: outputFiles.map(({ path }) => path) };
  for (const thread of inputs.flatMap((input) => threadsOf[input] ?? [])) {
    const further = await translate(home, folder, thread);
    done.read.push(...further.read);
    done.written.push(...further.written);
  }
  return done;
}

/** A module finds what lies beside it, wherever its translation went. */
function ownPlaces(home: string, folder: string): Plugin {
  const of = (path: string): Record<string, string> => {
    const file = relative(home, path);
    return { url: pathToFileURL(file in threadsOf ? join(folder, translatedName(file)) : path).href, filename: path, dirname: dirname(path) };
  };
  return {
    name: 'own-places',
    setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const places = of(path);
      return { loader: 'ts', contents: readFileSync(path, 'utf8').replace(/\bimport\.meta\.(url|filename|dirname)\b/g, (_all, name: string) => JSON.stringify(places[name])) };
    }),
  };
}

function translatedName(file: string): string {
  return file.replace(/\.ts$/, '.js');
}

/** Copies of a checkout share its packages, and leave without a word. */
function forgetFormerHomes(all: string): void {
  for (const name of readdirSync(all)) if (!existsSync(decodeURIComponent(name))) rmSync(join(all, name), { recursive: true, force: true });
}
