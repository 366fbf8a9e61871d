import { closeSync, fstatSync, fsync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** One committed fact: `seq` counts from 1 without a gap, `at` is the instant of the commit. */
export interface FactRecord<Fact> {
  seq: number;
  at: string;
  fact: Fact;
}

/**
 * A counterpart's memory: an append-only file, one JSON record a line. Nothing is answered before `durable` has resolved, so
 * that whatever was answered survives a crash; the state of a service is what its records say and nothing else.
 */
export interface JournalFile<Fact> {
  readonly records: FactRecord<Fact>[];
  /** Bytes of a last line that a crash had cut off; they were removed at opening. Nobody had been answered for them. */
  readonly droppedBytes: number;
  append(fact: Fact): FactRecord<Fact>;
  /** Resolves when all that was appended before is on the disk; callers at the same time share one fsync. */
  durable(): Promise<void>;
  close(): void;
}

/** Opens or creates the file. Throws when a line other than a torn last one cannot be read: the file was changed by hand. */
export function openJournalFile<Fact>(path: string, now: () => Date = () => new Date()): JournalFile<Fact> {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+', 0o600);
  const text = readFileSync(path);
  const whole = text.subarray(0, text.lastIndexOf(0x0a) + 1);
  const records = parseRecords<Fact>(whole.toString('utf8'), path);
  if (whole.length < text.length) {
    ftruncateSync(file, whole.length);
    fsyncSync(file);
  }
  let size = whole.length;
  let last = records.length;
  let synced = last;
  let syncing: Promise<void> | undefined;

  return {
    records,
    droppedBytes: text.length - whole.length,
    append(fact) {
      if (fstatSync(file).size !== size) throw new Error(`${path} was written by another process; two sandboxes cannot share one file`);
      const record = { seq: last + 1, at: now().toISOString(), fact };
      const line = Buffer.from(`${JSON.stringify(record)}\n`);
      for (let written = 0; written < line.length; ) written += writeSync(file, line, written);
      size += line.length;
      last += 1;
      return record;
    },
    async durable() {
      const wanted = last;
      while (synced < wanted) await (syncing ??= sync());
    },
    close() {
      fsyncSync(file);
      synced = last;
      closeSync(file);
    },
  };

  async function sync(): Promise<void> {
    const reached = last;
    try {
      await syncFile(file);
      synced = reached;
    } finally {
      syncing = undefined;
    }
  }
}

const syncFile = promisify(fsync);

function parseRecords<Fact>(text: string, path: string): FactRecord<Fact>[] {
  const lines = text === '' ? [] : text.slice(0, -1).split('\n');
  return lines.map((line, index) => {
    const record = parseLine<Fact>(line);
    if (record?.seq !== index + 1) throw new Error(`${path} line ${index + 1} is not record ${index + 1}; restore the file or remove it to start afresh`);
    return record;
  });
}

function parseLine<Fact>(line: string): FactRecord<Fact> | undefined {
  try {
    return JSON.parse(line) as FactRecord<Fact>;
  } catch {
    return undefined;
  }
}
