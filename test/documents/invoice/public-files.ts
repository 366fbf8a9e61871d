import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Public e-invoices for tests, beside the checkout or where KONTOR_TEST_DATA says. */
export const publicData = process.env['KONTOR_TEST_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
export const hasPublicData = existsSync(publicData);

/** All files below a folder. A folder that exists and is empty is a fault of the set-up, not a reason to skip. */
export function filesBelow(folder: string): string[] {
  const root = join(publicData, folder);
  if (!hasPublicData) return [];
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  if (files.length === 0) throw new Error(`${root} has no file`);
  return files.sort();
}

/** The path of a file by its name, or undefined where this copy of the data does not have it. */
export function publicFile(folder: string, name: string): string | undefined {
  return filesBelow(folder).find((file) => basename(file) === name);
}

const samples = fileURLToPath(new URL('../../../samples/invoices', import.meta.url));

export function samplePath(name: string): string {
  return join(samples, name);
}

export function sample(name: string): Uint8Array {
  return new Uint8Array(readFileSync(samplePath(name)));
}

export function sampleText(name: string): string {
  return readFileSync(samplePath(name), 'utf8');
}
