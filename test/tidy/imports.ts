import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { walls, type Wall } from './walls.ts';

export interface Import {
  from: string;
  /** Project path, `npm:name` or `node:name`. */
  to: string;
  typeOnly: boolean;
}

/** Every import of the given folders, types told apart from values. */
export async function importsOf(folders: string[], home: string): Promise<Import[]> {
  const { output } = await cruise(
    folders,
    { baseDir: home, tsPreCompilationDeps: 'specify', doNotFollow: { path: 'node_modules' }, tsConfig: { fileName: 'tsconfig.json' } },
    {},
    { tsConfig: extractTSConfig(`${home}/tsconfig.json`) },
  );
  return (output as ICruiseResult).modules
    .filter(({ source }) => folders.some((folder) => source === folder || source.startsWith(`${folder}/`)))
    .flatMap(({ source, dependencies }) =>
      dependencies.map((dependency) => ({
        from: source,
        to: nameOf(dependency),
        typeOnly: dependency.dependencyTypes.some((type) => type === 'type-only' || type === 'type-import'),
      })),
    );
}

/** Sentences about imports that cross a wall. */
export function breaches(imports: Import[]): string[] {
  return imports.flatMap(({ from, to, typeOnly }) => {
    const wall = wallOf(from);
    if (!wall) return [];
    const allowed = typeOnly ? [...wall.values, ...(wall.types ?? []), ownFolder(from)] : [...wall.values, ownFolder(from)];
    return allowed.some((pattern) => matches(to, pattern)) ? [] : [`${from} imports ${typeOnly ? 'a type of ' : ''}${to}: ${wall.why}`];
  });
}

function wallOf(file: string): Wall | undefined {
  return walls.filter(({ from }) => matches(file, from)).sort((a, b) => b.from.length - a.from.length)[0];
}

/** An adapter may use its own folder. */
function ownFolder(file: string): string {
  return /^adapters\/[^/]+\/[^/]+/.exec(file)?.[0] ?? file;
}

function matches(target: string, pattern: string): boolean {
  if (pattern.endsWith('*')) return target.startsWith(pattern.slice(0, -1));
  return target === pattern || target.startsWith(`${pattern}/`);
}

function nameOf(dependency: ICruiseResult['modules'][number]['dependencies'][number]): string {
  if (dependency.dependencyTypes.includes('core')) return `node:${dependency.module.replace(/^node:/, '')}`;
  const packaged = /(?:^|\/)node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(dependency.resolved);
  if (packaged) return `npm:${packaged[1]!.replace(/^@types\//, '')}`;
  return dependency.couldNotResolve ? `npm:${dependency.module}` : dependency.resolved;
}
