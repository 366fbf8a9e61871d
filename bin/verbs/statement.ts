// Read bank statements: MT940, MT942, camt.052/053/054, BAI2, NACHA
import { createReadStream } from 'node:fs';
import { readStatement } from '../../documents/statements/read-statement.ts';
import type { StatementResult } from '../../documents/statements/result.ts';
import { escapeForDisplay } from '../../documents/suspicious-text.ts';
import { problem } from '../../domain/errors.ts';
import { nothingSeen } from '../../domain/rules/statements/continuity.ts';
import { forEachFile } from '../files.ts';

const usage = `Usage: kontor statement FILE…

Reads each file by its content (the name does not matter) and prints one JSON line a file:
  {"file", "ok": true,  "format", "statements": [{"account", "number", "currency", "opening", "closing", "entries", "findings"}]}
  {"file", "ok": false, "format"?, "problem": {"code", "message", "remedy", "place"}, "problems", "statements"}
Amounts are {"currency", "minor"}, signed: money in is positive. \`findings\` lists what does not hold (unbalanced, truncated, gap,
repeat …) and is shown on stderr too; gaps and repeats are looked for in the order of the files. Where a file was refused in part,
\`statements\` holds what could be read. Exit code: 0, or 1 when any file was refused.`;

export function run(args: string[]): Promise<number> {
  const seen = nothingSeen();
  return forEachFile(args, usage, async (file) => {
    const result = await readFile(file, seen);
    await print(file, result);
    return result.ok;
  });
}

async function readFile(file: string, seen: ReturnType<typeof nothingSeen>): Promise<StatementResult> {
  try {
    return await readStatement(createReadStream(file, { highWaterMark: 64 * 1024 }), seen);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const unreadable = problem('document-unreadable', `The file cannot be read (${code}).`, { file });
    return { ok: false, problem: unreadable, problems: [unreadable], statements: [] };
  }
}

/** Writes the line in pieces: a statement of 100,000 entries must not exist as one more text. */
async function print(file: string, result: StatementResult): Promise<void> {
  const { statements, ...outcome } = result;
  await write(`${JSON.stringify({ file, ...outcome }).slice(0, -1)},"statements":[`);
  for (const [index, { entries, ...statement }] of statements.entries()) {
    await write(`${index > 0 ? ',' : ''}${JSON.stringify(statement).slice(0, -1)},"entries":[`);
    for (let at = 0; at < entries.length; at += 500) await write(`${at > 0 ? ',' : ''}${JSON.stringify(entries.slice(at, at + 500)).slice(1, -1)}`);
    await write(']}');
    for (const finding of statement.findings) console.error(escapeForDisplay(`${file}: ${finding.code}: ${finding.message}`));
  }
  await write(']}\n');
  if (!result.ok) for (const { code, message } of result.problems) console.error(escapeForDisplay(`${file}: ${code}: ${message}`));
}

/** Characters that would change what a terminal shows are escaped; to a JSON parser the line is the same. */
function write(piece: string): Promise<void> {
  const text = piece.endsWith('\n') ? `${escapeForDisplay(piece.slice(0, -1))}\n` : escapeForDisplay(piece);
  return new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve())));
}
