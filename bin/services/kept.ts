import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writableFolder } from './folders.ts';

export interface Made<T> {
  /** Survives JSON. */
  value: T;
  /** Files by their content and folders by the names in them: while they are the same, the value holds. */
  from: string[];
  /** Files that were made along with it and belong to it. */
  into?: string[];
}

interface Kept<T> {
  value: T;
  prints: [path: string, print: string][];
}

/** Clocks of file systems are coarser than ours. */
const clockGrainMs = 1_000;

/**
 * What an earlier call made and left in this file, while nothing has changed that it was made from; else it is made anew and left there. What is kept
 * spares time and is never needed: damaged, unreadable or impossible to write costs time alone. Several processes may do the same at once.
 */
export async function keptOrMade<T>(file: string, make: () => Promise<Made<T>>): Promise<T> {
  const kept = readKept<T>(file);
  if (kept) return kept.value;
  const began = Date.now();
  const made = await make();
  tolerantly(() => keep(file, made, began));
  return made.value;
}

/** For what spares time and is never needed. */
export function tolerantly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** A reader sees all of it or nothing. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  writableFolder(dirname(file));
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, content);
  renameSync(aside, file);
}

function readKept<T>(file: string): Kept<T> | undefined {
  return tolerantly(() => {
    const content = readFileSync(file, 'utf8');
    const text = content.slice(content.indexOf('\n') + 1);
    if (content !== sealed(text)) return undefined;
    const kept = JSON.parse(text) as Kept<T>;
    if (kept.prints.some(([path, print]) => printOf(path) !== print)) return undefined;
    const now = new Date();
    tolerantly(() => utimesSync(file, now, now));
    return kept;
  });
}

function keep<T>(file: string, { value, from, into = [] }: Made<T>, began: number): void {
  // What changed while it was read may have gone in as it was before.
  if (from.some((path) => statSync(path).ctimeMs >= began - clockGrainMs)) return;
  const kept: Kept<T> = { value, prints: [...from, ...into].map((path) => [path, printOf(path)]) };
  writeWhole(file, sealed(JSON.stringify(kept)));
}

function printOf(path: string): string {
  return hashOf(statSync(path).isDirectory() ? readdirSync(path).sort().join('\n') : readFileSync(path));
}

/** Shows whether it is whole. */
function sealed(text: string): string {
  return `${hashOf(text)}\n${text}`;
}

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
