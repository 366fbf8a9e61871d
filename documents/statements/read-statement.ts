import { TextDecoder } from 'node:util';
import { KontorError, problemOf } from '../../domain/errors.ts';
import type { BankStatement } from '../../domain/model/bank-statement.ts';
import { checkBalance } from '../../domain/rules/statements/balance.ts';
import { checkContinuity, nothingSeen, type SeenStatements } from '../../domain/rules/statements/continuity.ts';
import { decodeWindows1252 } from '../text-encoding.ts';
import { readBai2 } from './bai2/read-bai2.ts';
import { readCamt } from './camt/read-camt.ts';
import { detectSyntax } from './detect.ts';
import { readMt940 } from './mt940/read-mt940.ts';
import { readNacha } from './nacha/read-nacha.ts';
import type { StatementFile, StatementResult } from './result.ts';

/** Largest file of a format that is held in memory as a whole; camt is read in a stream and may be ten times as large. */
const maxBytes = 100 * 1024 * 1024;

/**
 * Reads one file of bank statements by its content. Arithmetic (SI-5) and continuity (SI-6) are findings on the statements;
 * units that cannot be read are problems. `seen` carries the statements of earlier files on.
 */
export async function readStatement(source: Uint8Array | AsyncIterable<Uint8Array>, seen: SeenStatements = nothingSeen()): Promise<StatementResult> {
  const chunks = source instanceof Uint8Array ? oneChunk(source) : source;
  let file: StatementFile;
  try {
    file = await readFile(chunks);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    return { ok: false, problem: problemOf(error), problems: [problemOf(error)], statements: [] };
  }
  const statements = file.statements.map((statement) => withFindings(statement, seen));
  const [problem] = file.problems;
  return problem ? { ok: false, format: file.format, problem, problems: file.problems, statements } : { ok: true, format: file.format, statements };
}

async function readFile(chunks: AsyncIterable<Uint8Array>): Promise<StatementFile> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    const first = await head(iterator);
    const syntax = detectSyntax(first);
    const rest = continued(first, iterator);
    if (syntax === 'camt') return await readCamt(rest);
    const text = decode(await collect(rest));
    if (syntax === 'bai2') return readBai2(text);
    return syntax === 'nacha' ? readNacha(text) : readMt940(text);
  } finally {
    await iterator.return?.();
  }
}

/** The first four kilobytes, or all there is: chunks may be smaller than what tells the formats apart. */
async function head(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let bytes: Uint8Array = new Uint8Array();
  while (bytes.length < 4096) {
    const next = await iterator.next();
    if (next.done) break;
    bytes = bytes.length === 0 ? next.value : Buffer.concat([bytes, next.value]);
  }
  return bytes;
}

async function* continued(first: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) throw new KontorError('statement-too-large', `The file has more than ${maxBytes} bytes.`, { place: { line: 1 } });
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** Valid UTF-8 is read as such, everything else as windows-1252. Lines keep their numbers. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeWindows1252(bytes);
  }
}

function withFindings(statement: BankStatement, seen: SeenStatements): BankStatement {
  const findings = [...statement.findings, ...checkBalance(statement), ...checkContinuity(statement, seen)];
  return { ...statement, findings };
}
