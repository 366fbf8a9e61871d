import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { KontorError } from '../../domain/errors.ts';

/** Makes the folder when it is missing. @throws KontorError `folder-not-writable` */
export function writableFolder(path: string, mode = 0o755): string {
  try {
    makeFolder(path, mode);
    accessSync(path, constants.W_OK | constants.X_OK);
    return path;
  } catch (cause) {
    throw new KontorError('folder-not-writable', `The folder ${path} cannot be written (${codeOf(cause)}).`, { cause });
  }
}

/** Undefined when the folder, or the nearest one above it that exists, can be written; else the reason. */
export function whyNotWritable(path: string): string | undefined {
  let existing = path;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    accessSync(`${existing}/.`, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}

/** Step by step: `mkdir` with `recursive` never returns where the file system refuses with ENOENT, as /proc does. */
function makeFolder(path: string, mode: number): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path), 0o755);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error; // another process was faster
  }
}
