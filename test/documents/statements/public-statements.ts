import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readStatement } from '../../../documents/statements/read-statement.ts';
import type { StatementResult } from '../../../documents/statements/result.ts';
import type { BankStatement } from '../../../domain/model/bank-statement.ts';

export function sampleStatement(name: string): string {
  return fileURLToPath(new URL(`../../../samples/statements/${name}`, import.meta.url));
}

export function read(text: string): Promise<StatementResult> {
  return readStatement(Buffer.from(text));
}

export function readPath(path: string): Promise<StatementResult> {
  return readStatement(readFileSync(path));
}

/** The statements of a file that must be readable as a whole. */
export async function statementsOf(text: string): Promise<BankStatement[]> {
  const result = await read(text);
  if (!result.ok) throw new Error(result.problem.message);
  return result.statements;
}
