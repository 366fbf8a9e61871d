import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writableFolder } from './folders.ts';
import { identityOf, isAlive, type ProcessIdentity } from './identity.ts';
import { holderOf } from './lock.ts';

/**
 * Marks this process as one that uses the installation of another on this state folder. To be called before the addresses are
 * read: whoever found them is then seen by the owner. Answers what takes the mark away.
 */
export function attach(stateDir: string): () => void {
  const file = join(writableFolder(folderOf(stateDir)), `${process.pid}.json`);
  writeFileSync(`${file}.draft`, JSON.stringify(identityOf(process.pid)));
  renameSync(`${file}.draft`, file);
  return () => rmSync(file, { force: true });
}

/** The runs that still use it; the marks of those that were killed are removed. */
export function guestsOn(stateDir: string): ProcessIdentity[] {
  const folder = folderOf(stateDir);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith('.json')).flatMap((name) => {
    const guest = holderOf(join(folder, name));
    if (guest !== undefined && isAlive(guest)) return [guest];
    rmSync(join(folder, name), { force: true });
    return [];
  });
}

function folderOf(stateDir: string): string {
  return join(stateDir, 'guests');
}
