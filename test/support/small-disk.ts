import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own for a folder, in memory, that a test can fill to the last byte. */
export interface SmallDisk {
  fill(): void;
  /** Gives the space back. */
  free(): void;
  remove(): void;
}

/** Why no disk can be mounted here; undefined when one can. */
export function whyNoDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-disk-'));
  const tried = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'kontor', folder], { encoding: 'utf8' });
  if (tried.status === 0) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
  return tried.status === 0 ? undefined : 'the right to mount a file system';
}

/** A link at `path` leads to it, so that whoever removes the folder around it does not meet the disk. */
export function mountSmallDisk(path: string, megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'kontor', folder], { encoding: 'utf8' });
  if (mounted.status !== 0) throw new Error(`no disk at ${folder}: ${mounted.stderr}`);
  symlinkSync(folder, path);
  const filler = join(folder, 'filler');
  return {
    fill() {
      const file = openSync(filler, 'a');
      for (let bytes = Buffer.alloc(1 << 20, 1); bytes.length > 0; ) {
        try {
          writeSync(file, bytes);
        } catch (error) {
          if ((error as { code?: string }).code !== 'ENOSPC') throw error;
          bytes = bytes.subarray(0, bytes.length >> 1);
        }
      }
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
    remove() {
      spawnSync('umount', ['-l', folder]); // lazily: a program that is just ending may still hold a file
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
