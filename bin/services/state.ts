import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writableFolder } from './folders.ts';
import { isAlive, type ProcessIdentity } from './identity.ts';
import { acquireLock, holderOf } from './lock.ts';
import { endOrphans } from './process.ts';
import type { Progress } from './progress.ts';
import { runDirOf } from './services.ts';

/** Where running services can be reached; what a second start tells its reader. */
export interface ServiceAddresses {
  databaseUrl: string;
  temporalAddress: string;
  webUrl?: string | undefined;
}

/** Where a whole running installation can be reached. */
export interface Addresses extends ServiceAddresses {
  apiUrl: string;
  sandboxUrl: string;
  namespace: string;
}

export interface OwnedState {
  stateDir: string;
  announce(addresses: ServiceAddresses): void;
  /** Ends whatever is still recorded as running and gives the folder free. */
  release(): Promise<void>;
}

/**
 * Takes a state folder for this process and ends what a killed run left behind there. When another live process owns
 * it, that one is returned instead.
 */
export async function ownState(stateDir: string, progress: Progress): Promise<OwnedState | { holder: ProcessIdentity }> {
  const lock = acquireLock(join(writableFolder(stateDir), 'owner.lock'));
  if ('holder' in lock) return lock;
  const addressFile = join(stateDir, 'addresses.json');
  rmSync(addressFile, { force: true });
  await endOrphans(runDirOf(stateDir), progress);
  return {
    stateDir,
    announce: (addresses) => writeFileSync(addressFile, JSON.stringify(addresses, undefined, 2), { mode: 0o600 }),
    async release() {
      // Again and again: a start that was interrupted may be launching its next program.
      while ((await endOrphans(runDirOf(stateDir), progress)) > 0);
      rmSync(addressFile, { force: true });
      lock.release();
    },
  };
}

/** What runs on this state folder; `addresses` are absent while it is still starting. */
export function runningOn<A extends ServiceAddresses = Addresses>(stateDir: string): { owner: ProcessIdentity; addresses: A | undefined } | undefined {
  const owner = holderOf(join(stateDir, 'owner.lock'));
  if (owner === undefined || !isAlive(owner)) return undefined;
  const file = join(stateDir, 'addresses.json');
  return { owner, addresses: existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as A) : undefined };
}
