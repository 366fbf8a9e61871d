import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, rename, unlink, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Problem } from '../../domain/errors.ts';

/** What file systems take for a name, in bytes. */
const longestName = 255;
const longestEnding = 20;
const besideRefused = '.problem.json';
const givenAgain = /\.again-[0-9a-f]{8}(?=\.[^.]*$|$)/;

/** Moves a file where it stays, under its own name as far as that is free and short enough, with what was wrong beside it. */
export async function fileAway(taking: string, folder: string, name: string, refused: readonly Problem[]): Promise<void> {
  const most = refused.length > 0 ? longestName - besideRefused.length : longestName;
  const own = nameOf(name, most);
  const target = join(folder, existsSync(join(folder, own)) ? freeName(own, most) : own);
  if (refused.length === 0) return rename(taking, target);
  const beside = `${target}${besideRefused}`;
  try {
    await writeFile(beside, `${JSON.stringify(refused, null, 2)}\n`);
    await rename(taking, target);
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    throw error;
  }
}

/** A name that nobody has used, from the one that the sender gave, however often it was changed before. */
export function freeName(name: string, most = longestName): string {
  return nameOf(originalName(name), most, `.again-${randomUUID().slice(0, 8)}`);
}

/** The name that the sender gave. */
export function originalName(name: string): string {
  return name.replace(givenAgain, '');
}

function nameOf(name: string, most: number, mark = ''): string {
  const given = extname(name);
  const ending = Buffer.byteLength(given) <= longestEnding ? given : '';
  const stem = name.slice(0, name.length - ending.length);
  return `${cut(stem, most - Buffer.byteLength(mark) - Buffer.byteLength(ending))}${mark}${ending}`;
}

/** So many bytes at most, and whole letters. */
function cut(text: string, most: number): string {
  let kept = '';
  let left = most;
  for (const letter of text) {
    left -= Buffer.byteLength(letter);
    if (left < 0) break;
    kept += letter;
  }
  return kept;
}

/**
 * Gives a file back to the folder where it waited, under another name only if its own is used again meanwhile: a link, unlike a rename,
 * never takes the place of a file. Where no link can be made (a file system without them, a file of another owner) it is renamed.
 */
export async function putBack(taking: string, folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  try {
    await link(taking, path);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'ENOENT') return; // another process has given it back
    return rename(taking, code === 'EEXIST' || existsSync(path) ? join(folder, freeName(name)) : path);
  }
  await unlink(taking);
}
