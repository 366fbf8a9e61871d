import { createHash } from 'node:crypto';
import { KontorError, problem, type ErrorCode, type Place, type Problem } from '../../domain/errors.ts';
import { listEntrySchema, type ListEntry, type LoadedList } from '../../domain/model/list-entry.ts';

/** One file as it came from disk or network. `modified` (ISO date) stands in where the file itself has no date. */
export interface SourceFile {
  path: string;
  bytes: Uint8Array;
  modified: string;
}

/** A list, or why there is none; problems of single entries stand beside the list, which is then incomplete. */
export interface ListReading {
  list?: LoadedList;
  problems: Problem[];
}

export type EntryDraft = Omit<ListEntry, 'schemaVersion' | 'list'>;

/** Collects the entries of one list, refuses what cannot be screened and keeps account: read = loaded + refused (K17). */
export class ListBuilder {
  private readonly entries: ListEntry[] = [];
  private readonly problems: Problem[] = [];
  private readonly places = new Map<string, Place>();
  private read = 0;
  private readonly name: string;
  private readonly format: string;
  private readonly files: SourceFile[];

  constructor(name: string, format: string, files: SourceFile[]) {
    this.name = name;
    this.format = format;
    this.files = files;
    for (const file of files) if (file.bytes.length === 0) throw new KontorError('list-empty', `${file.path} has no content`, { place: { file: file.path } });
  }

  add(draft: EntryDraft, place: Place): void {
    this.read++;
    const names = draft.names.map((name) => ({ ...name, text: name.text.replace(/\s+/g, ' ').trim() })).filter((name) => /[\p{L}\p{N}]/u.test(name.text));
    if (names.length === 0) return this.refuse('list-entry-nameless', `Entry ${draft.id || '(without id)'} has no name`, place);
    const first = this.places.get(draft.id);
    if (first) return this.refuse('list-entry-duplicate', `Entry ${draft.id} stands at ${describePlace(first)} too`, place);
    const parsed = listEntrySchema.safeParse({ ...draft, names: withoutRepeats(names), schemaVersion: 1, list: this.name });
    if (!parsed.success) return this.refuse('list-entry-invalid', `Entry ${draft.id || '(without id)'}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`, place);
    this.places.set(draft.id, place);
    this.entries.push(parsed.data);
  }

  has(id: string): boolean {
    return this.places.has(id);
  }

  refuse(code: ErrorCode, message: string, place: Place): void {
    this.problems.push(problem(code, message, place));
  }

  /** @param published the date inside the file, ISO, or undefined when there is none. */
  finish(published: string | undefined): ListReading {
    const main = this.files[0]!;
    if (this.read === 0) throw new KontorError('list-empty', `${main.path} holds no entry`, { place: { file: main.path } });
    const hash = createHash('sha256');
    for (const file of [...this.files].sort((a, b) => (a.path < b.path ? -1 : 1))) hash.update(file.bytes);
    const list: LoadedList = {
      list: this.name,
      format: this.format,
      files: this.files.map((file) => file.path),
      sha256: hash.digest('hex'),
      date: published ?? main.modified,
      dateSource: published ? 'publisher' : 'file',
      counts: { read: this.read, loaded: this.entries.length, refused: this.read - this.entries.length },
      entries: this.entries,
    };
    return { list, problems: this.problems };
  }
}

function describePlace(place: Place): string {
  return [place.file, place.line === undefined ? undefined : `line ${place.line}`, place.path].filter(Boolean).join(' ');
}

/** One name once, with its best quality. */
function withoutRepeats(names: ListEntry['names']): ListEntry['names'] {
  const order = ['primary', 'good', 'original', 'weak'];
  const best = new Map<string, ListEntry['names'][number]>();
  for (const name of names) {
    const known = best.get(name.text);
    if (!known || order.indexOf(name.quality) < order.indexOf(known.quality)) best.set(name.text, name);
  }
  return [...best.values()];
}

/** UTF-8 text without byte order mark; falls back to Windows-1252, which older list files use. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
