import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTemporal } from './kontor.ts';
import type { Contender } from './contender.ts';

const peers = join(import.meta.dirname, '../peers');
export const ourName = 'ours';

/** Ours first, then the peers that can run invoice-to-pay; `only` chooses among them. */
export async function contenders(only?: readonly string[]): Promise<Map<string, Contender>> {
  const known = [ourName, ...readdirSync(peers).filter((name) => existsSync(fileOf(name))).sort()];
  const unknown = (only ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no contender ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  const chosen = only ? known.filter((name) => only.includes(name)) : known;
  const found = await Promise.all(chosen.map(async (name): Promise<[string, Contender]> => [name, await contenderOf(name)]));
  return new Map(found.filter(([name, contender]) => isInstalled(name, contender, only !== undefined)));
}

/** @throws when one that was asked for by name cannot be installed */
function isInstalled(name: string, { install }: Contender, asked: boolean): boolean {
  try {
    install?.();
    return true;
  } catch (error) {
    if (asked) throw error;
    console.error(`  ${name} does not take part: ${String(error)}`);
    return false;
  }
}

async function contenderOf(name: string): Promise<Contender> {
  if (name === ourName) return onTemporal('workers/main.ts');
  return ((await import(pathToFileURL(fileOf(name)).href)) as { contender: Contender }).contender;
}

function fileOf(name: string): string {
  return join(peers, name, 'contender.ts');
}
