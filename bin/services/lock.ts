import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { identityOf, isAlive, type ProcessIdentity } from './identity.ts';
import { codeOf } from './folders.ts';

export interface Lock {
  release(): void;
}

/**
 * Takes the lock file for this process. A lock whose holder is dead is taken over; a live holder is returned instead.
 * The file appears whole (written aside, then linked), so that nobody reads half of it.
 */
export function acquireLock(file: string): Lock | { holder: ProcessIdentity } {
  const own = identityOf(process.pid);
  if (own === undefined) throw new Error('This process cannot see itself in the process table.');
  const aside = `${file}.${randomUUID()}`;
  writeFileSync(aside, JSON.stringify(own));
  try {
    for (;;) {
      if (linked(aside, file)) return { release: () => rmSync(file, { force: true }) };
      const holder = holderOf(file);
      if (holder !== undefined && isAlive(holder)) return { holder };
      removeStale(file, holder);
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

export function holderOf(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function linked(aside: string, file: string): boolean {
  try {
    linkSync(aside, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Of several that see the same dead holder one wins the rename; should it have moved a new lock away, it puts it back. */
function removeStale(file: string, stale: ProcessIdentity | undefined): void {
  const moved = `${file}.${randomUUID()}`;
  try {
    renameSync(file, moved);
  } catch {
    return;
  }
  const found = holderOf(moved);
  if (found !== undefined && JSON.stringify(found) !== JSON.stringify(stale)) linked(moved, file);
  rmSync(moved, { force: true });
}
