import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writableFolder } from './folders.ts';
import { guestsOn } from './guests.ts';
import { isAlive, type ProcessIdentity } from './identity.ts';
import { acquireLock, holderOf } from './lock.ts';
import { endOrphans, killRecorded } from './process.ts';
import type { Progress } from './progress.ts';
import { runDirOf } from './services.ts';
import { killWhenLeavingAtOnce } from './signals.ts';

const guestCheckMs = 500;

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
  /** Nobody is to find it any more: it is about to stop. */
  withdraw(): void;
  /** Resolves when no other run uses what runs here, or when it is to stop anyway; nobody can join from then on. */
  untilAlone(progress: Progress, stopping: AbortSignal): Promise<void>;
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
  await endAllOrphans(stateDir, progress);
  const released = killWhenLeavingAtOnce(() => runFolders(stateDir).forEach(killRecorded));
  let announced: ServiceAddresses | undefined;
  const announce = (addresses: ServiceAddresses) => {
    announced = addresses;
    writeFileSync(addressFile, JSON.stringify(addresses, undefined, 2), { mode: 0o600 });
  };
  const withdraw = () => rmSync(addressFile, { force: true });
  return {
    stateDir,
    announce,
    withdraw,
    async untilAlone(told, stopping) {
      for (let noted = ''; !stopping.aborted; ) {
        const guests = guestsOn(stateDir).map(({ pid }) => pid).join(', ');
        if (guests === '') {
          withdraw();
          if (guestsOn(stateDir).length === 0) return; // who found the addresses before has left a mark
          if (announced) announce(announced);
        }
        if (guests !== noted && guests !== '') told.note(`  Another run (process ${guests}) still uses this Kontor, which is stopped afterwards.`);
        noted = guests;
        await sleep(guestCheckMs, undefined, { signal: stopping }).catch(() => undefined);
      }
      withdraw();
    },
    async release() {
      // Again and again: a start that was interrupted may be launching its next program.
      while ((await endAllOrphans(stateDir, progress)) > 0);
      withdraw();
      released();
      lock.release();
    },
  };
}

/** Also those of the folders within it. Answers how many. */
export async function endAllOrphans(stateDir: string, progress: Progress): Promise<number> {
  const ended = await Promise.all(runFolders(stateDir).map((folder) => endOrphans(folder, progress)));
  return ended.reduce((sum, count) => sum + count, 0);
}

/** Contenders of a benchmark keep their state in the folder of the run, and test houses a link to theirs. */
function runFolders(stateDir: string): string[] {
  const within = existsSync(stateDir) ? readdirSync(stateDir, { withFileTypes: true }).filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => join(stateDir, name)).filter((folder) => !heldByAnother(folder)) : [];
  return [stateDir, ...within].map(runDirOf);
}

/** An installation of its own may have its state in a folder of ours. */
function heldByAnother(folder: string): boolean {
  const owner = holderOf(join(folder, 'owner.lock'));
  return owner !== undefined && owner.pid !== process.pid && isAlive(owner);
}

/** What runs on this state folder; `addresses` are absent while it is still starting, and while it is being stopped. */
export function runningOn<A extends ServiceAddresses = Addresses>(stateDir: string): { owner: ProcessIdentity; addresses: A | undefined } | undefined {
  const owner = holderOf(join(stateDir, 'owner.lock'));
  if (owner === undefined || !isAlive(owner)) return undefined;
  const file = join(stateDir, 'addresses.json');
  return { owner, addresses: existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as A) : undefined };
}
