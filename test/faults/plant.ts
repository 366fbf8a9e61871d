import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../temporal-config/settings.ts';

/** A mistake that a programmer could make: in this file this text becomes that one. */
export interface Defect {
  file: string;
  was: string;
  becomes: string;
}

/** What a worker is made of. */
const sources = ['activities', 'adapters', 'bin', 'db', 'documents', 'domain', 'policies', 'temporal-config', 'workers', 'workflows', 'package.json', 'tsconfig.json'];

/** A copy of this checkout with the defects in it, to start a worker from. */
export function plant(defects: readonly Defect[]): { home: string; remove(): void } {
  const { home: checkout } = readSettings();
  const home = mkdtempSync(join(tmpdir(), 'kontor-planted-'));
  for (const source of sources) cpSync(join(checkout, source), join(home, source), { recursive: true });
  symlinkSync(join(checkout, 'node_modules'), join(home, 'node_modules'));
  for (const { file, was, becomes } of defects) {
    const text = readFileSync(join(home, file), 'utf8');
    if (text.split(was).length !== 2) throw new Error(`${file} does not hold once what the defect replaces: ${was}`);
    writeFileSync(join(home, file), text.replace(was, () => becomes));
  }
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}
