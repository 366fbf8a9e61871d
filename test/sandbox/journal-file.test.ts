import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournalFile } from '../../sandbox/shared/journal-file.ts';

describe('the append-only file of a counterpart', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontor-journal-'));
    path = join(folder, 'deeper', 'erp.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives back what was appended, numbered without a gap', () => {
    write('a', 'b');
    const file = openJournalFile<string>(path);
    expect(file.records.map(({ seq, fact }) => [seq, fact])).toEqual([[1, 'a'], [2, 'b']]);
    expect(file.append('c').seq).toBe(3);
    file.close();
    expect(facts()).toEqual(['a', 'b', 'c']);
  });

  it.each(['{"seq":3,"at":"2026', '{', '\u{1F4C4}'.slice(0, 1), '{"seq":3,"at":"2026-11-20T00:00:00.000Z","fact":"c"}'])('drops a torn last line %j, says how long it was, and goes on', (torn) => {
    write('a', 'b');
    appendFileSync(path, torn);
    const file = openJournalFile<string>(path);
    expect(file.droppedBytes).toBe(Buffer.byteLength(torn));
    expect(file.append('c').seq).toBe(3);
    file.close();
    expect(facts()).toEqual(['a', 'b', 'c']);
  });

  it('refuses a file whose middle was changed, naming the line', () => {
    write('a', 'b', 'c');
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [lines[0], lines[1]?.slice(0, -2), lines[2], ''].join('\n'));
    expect(() => openJournalFile(path)).toThrow(/line 2/);
    writeFileSync(path, [lines[0], lines[2], ''].join('\n'));
    expect(() => openJournalFile(path)).toThrow(/line 2/);
  });

  it('is durable for everybody who appended before, with one fsync for many', async () => {
    const file = openJournalFile<string>(path);
    file.append('a');
    const first = file.durable();
    for (const fact of ['b', 'c']) file.append(fact);
    await Promise.all([first, file.durable(), file.durable()]);
    await file.durable();
    file.close();
    expect(facts()).toEqual(['a', 'b', 'c']);
  });

  it('stops when another process writes the same file', () => {
    const [first, second] = [openJournalFile<string>(path), openJournalFile<string>(path)];
    first.append('a');
    expect(() => second.append('b')).toThrow(/another process/);
    first.close();
    second.close();
    expect(facts()).toEqual(['a']);
  });

  function write(...entries: string[]): void {
    const file = openJournalFile<string>(path);
    for (const entry of entries) file.append(entry);
    file.close();
  }

  function facts(): string[] {
    const file = openJournalFile<string>(path);
    file.close();
    return file.records.map(({ fact }) => fact);
  }
});
