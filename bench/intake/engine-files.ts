import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of the files in which a Temporal server keeps its state in this folder; 0 where it keeps it elsewhere. */
export function engineBytes(folder: string): number {
  return readdirSync(folder).filter((name) => /\.db(-wal)?$/.test(name)).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
