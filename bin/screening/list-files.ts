import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SourceFile } from '../../documents/lists/source.ts';

const notLists = /(^\.|\.md$|\.txt$|\.pdf$|\.xsd$|^LICENSE|^README)/i;

/** All files of a folder and its subfolders (or one file), for `readLists`. Read-mes and hidden files are no lists. */
export function listFiles(path: string): SourceFile[] {
  if (!statSync(path).isDirectory()) return [sourceFile(path, path)];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !notLists.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => sourceFile(file, relative(path, file)));
}

function sourceFile(file: string, shown: string): SourceFile {
  return { path: shown.replaceAll('\\', '/'), bytes: readFileSync(file), modified: statSync(file).mtime.toISOString().slice(0, 10) };
}
