import { KontorError, problem, problemOf } from '../../domain/errors.ts';
import { readCompanyCsv } from './company-csv.ts';
import { readEuXml } from './eu-xml.ts';
import { readFtmJsonLines } from './ftm-jsonl.ts';
import { readOfacDelimited } from './ofac-delimited.ts';
import { readOfacXml } from './ofac-xml.ts';
import { decode, type ListReading, type SourceFile } from './source.ts';
import { readUkCsv, readUkXml } from './uk.ts';
import { readUnXml } from './un-xml.ts';

/** What stood in one group of files: a list with the problems of its entries, or only the problem why there is none. */
export interface ReadList extends ListReading {
  name: string;
}

const ofacParts: Record<string, 'sdn' | 'alt' | 'add' | 'comments'> = { 'sdn.csv': 'sdn', 'alt.csv': 'alt', 'add.csv': 'add', 'sdn_comments.csv': 'comments' };

/**
 * Recognises lists by their content and reads them; the four delimited files of OFAC in one folder are one list.
 * Two lists of one publisher are told apart by their folder. A file that is no list is a problem, never passed over in silence.
 */
export function readLists(files: SourceFile[]): ReadList[] {
  const groups = groupFiles([...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)));
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(group.name, (counts.get(group.name) ?? 0) + 1);
  const taken = new Set<string>();
  return groups.map((group) => {
    const folder = folderOf(group.files[0]!.path).split('/').pop();
    let name = counts.get(group.name)! > 1 && taken.has(group.name) ? `${group.name}@${folder || baseName(group.files[0]!.path)}` : group.name;
    while (taken.has(name)) name += `-${baseName(group.files[0]!.path)}`;
    taken.add(name);
    return readGroup(name, group);
  });
}

interface FileGroup {
  name: string;
  files: SourceFile[];
  read: (name: string) => ListReading;
}

function readGroup(name: string, group: FileGroup): ReadList {
  try {
    return { name, ...group.read(name) };
  } catch (error) {
    if (error instanceof KontorError) return { name, problems: [problemOf(error)] };
    throw error;
  }
}

function groupFiles(files: SourceFile[]): FileGroup[] {
  const groups: FileGroup[] = [];
  const ofacFolders = new Map<string, Map<string, SourceFile>>();
  for (const file of files) {
    const part = ofacParts[baseName(file.path).toLowerCase()];
    if (!part) {
      groups.push(groupOf(file));
      continue;
    }
    const folder = folderOf(file.path);
    const parts = ofacFolders.get(folder) ?? new Map<string, SourceFile>();
    ofacFolders.set(folder, parts.set(part, file));
  }
  for (const parts of ofacFolders.values()) groups.push(ofacGroup(parts));
  return groups;
}

function ofacGroup(parts: Map<string, SourceFile>): FileGroup {
  const files = [...parts.values()];
  const sdn = parts.get('sdn');
  return {
    name: 'OFAC-SDN',
    files,
    read: (name) => {
      if (!sdn) return { problems: [problem('list-format-unknown', `${files[0]!.path} is a part of the OFAC list, but sdn.csv is missing beside it`, { file: files[0]!.path })] };
      return readOfacDelimited(name, { sdn, alt: parts.get('alt'), add: parts.get('add'), comments: parts.get('comments') });
    },
  };
}

const xmlFormats: [RegExp, string, (name: string, file: SourceFile) => ListReading][] = [
  [/<CONSOLIDATED_LIST[\s>]/, 'UN', readUnXml],
  [/<sdnList[\s>]/, 'OFAC-SDN', readOfacXml],
  [/<(?:\w+:)?export[\s>][^>]*eu\.europa|<(?:\w+:)?export[\s>][^>]*generationDate/, 'EU', readEuXml],
  [/<Designations[\s>]/, 'UK', readUkXml],
];

function groupOf(file: SourceFile): FileGroup {
  const start = decode(file.bytes.subarray(0, 4096));
  const one = (name: string, read: (name: string, file: SourceFile) => ListReading): FileGroup => ({ name, files: [file], read: (given) => read(given, file) });
  const stem = baseName(file.path).replace(/\.[^.]+$/, '');
  const xml = xmlFormats.find(([pattern]) => pattern.test(start));
  if (xml) return one(xml[1], xml[2]);
  if (/^\uFEFF?\s*\{/.test(start)) return one(stem, readFtmJsonLines);
  const firstLines = start.split('\n').slice(0, 2).join('\n').toLowerCase();
  if (/unique id/.test(firstLines) && /name 6/.test(firstLines)) return one('UK', readUkCsv);
  const columns = firstLines.split(/\r?\n/)[0]!.replace(/^\uFEFF/, '').split(',').map((column) => column.replace(/"/g, '').trim());
  if (columns.includes('id') && columns.includes('name')) return one(stem, readCompanyCsv);
  return one(stem, () => {
    if (file.bytes.length === 0) return { problems: [problem('list-empty', `${file.path} has no content`, { file: file.path })] };
    return { problems: [problem('list-format-unknown', `${file.path} is neither OFAC, UN, EU, UK, FollowTheMoney nor company CSV (columns id,name)`, { file: file.path, line: 1 })] };
  });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
