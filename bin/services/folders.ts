import { accessSync, constants, mkdirSync } from 'node:fs';
import { KontorError } from '../../domain/errors.ts';

/** Makes the folder when it is missing. @throws KontorError `folder-not-writable` */
export function writableFolder(path: string, mode = 0o755): string {
  try {
    mkdirSync(path, { recursive: true, mode });
    accessSync(path, constants.W_OK | constants.X_OK);
    return path;
  } catch (cause) {
    throw new KontorError('folder-not-writable', `The folder ${path} cannot be written (${codeOf(cause)}).`, { cause });
  }
}

export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
