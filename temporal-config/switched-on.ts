import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KontorError } from '../domain/errors.ts';

/**
 * That the payload codec was switched on here. It is remembered in the state folder, apart from the key ring: a ring that was
 * moved away, or whose path is misspelt, is no return to plaintext.
 */
export interface SwitchOn {
  /** Where the ring lay that was used last. */
  keyRingFile: string;
  switchedOnAt: string;
}

/**
 * Whoever has the ring works on where the record cannot be written, with a warning: it only serves the day on which the ring is gone.
 * It holds no secret, so that a process of another user can read it, too.
 */
export function rememberSwitchOn(stateDir: string, { keyRingFile, switchedOnAt }: SwitchOn): void {
  const record = JSON.stringify({ keyRingFile, switchedOnAt });
  const file = recordOf(stateDir);
  if (isRecorded(file, record)) return;
  try {
    mkdirSync(stateDir, { recursive: true });
    const draft = `${file}.${process.pid}.draft`;
    writeFileSync(draft, record);
    chmodSync(draft, 0o644);
    renameSync(draft, file);
  } catch (error) {
    process.emitWarning(`That payloads are encrypted here cannot be recorded in ${file} (${codeOf(error)}): should the key ring ${keyRingFile} disappear, this process would not know. Let its user write ${stateDir}, or read the record there (chmod 644).`);
  }
}

/** To be asked where there is no key ring. @throws KontorError `payload-keys-gone` where there was one, or where that cannot be told */
export function requireNeverSwitchedOn(stateDir: string, keyRingFile: string): void {
  const file = recordOf(stateDir);
  const record = recordIn(file, keyRingFile);
  if (record === undefined) return;
  throw gone(keyRingFile, `payloads are encrypted here since ${record.switchedOnAt}, last with the ring ${record.keyRingFile}. If no copy of it is left, no process that ran encrypted can go on: only then remove ${file} and make a new ring.`);
}

function recordOf(stateDir: string): string {
  return join(stateDir, 'payload-codec.json');
}

function isRecorded(file: string, record: string): boolean {
  try {
    return readFileSync(file, 'utf8') === record;
  } catch {
    return false; // writing it says why
  }
}

function recordIn(file: string, keyRingFile: string): SwitchOn | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SwitchOn;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw gone(keyRingFile, `whether payloads are encrypted here cannot be told: ${file} cannot be read (${codeOf(error)}). Let this user read it (chmod 644), or put it back from a backup.`);
  }
}

function gone(keyRingFile: string, why: string): KontorError {
  return new KontorError('payload-keys-gone', `There is no key ring at ${keyRingFile} (KONTOR_KEY_RING), but ${why}`, { place: { file: keyRingFile } });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).name;
}
