import type { Problem } from '../../domain/errors.ts';
import type { BankStatement } from '../../domain/model/bank-statement.ts';

/** `mt940`, `mt942`, `bai2`, `nacha`, or the camt message with its version: `camt.053.001.08`. */
export type StatementFormat = string;

/** What a reader gives for one file: the statements that could be read and the units that could not, each in the order of the file. */
export interface StatementFile {
  format: StatementFormat;
  statements: BankStatement[];
  problems: Problem[];
}

/** `ok` is false as soon as one unit was refused; its neighbours are still there (SI-7, SI-10). */
export type StatementResult =
  | { ok: true; format: StatementFormat; statements: BankStatement[] }
  | { ok: false; format?: StatementFormat; problem: Problem; problems: Problem[]; statements: BankStatement[] };
