import type { ChainedStatement } from '../../domain/rules/statements/chain.ts';
import { sql, type Trx } from '../client.ts';
import { lockKeys } from '../locks.ts';

/** Statements that follow each other. `format` without its version: a bank that goes on to the next one goes on with its statements. */
export interface StatementChain {
  entity: string;
  account: string;
  currency: string;
  format: string;
}

export interface StoredStatement extends ChainedStatement {
  /** Cases that ask the bank for it again, and the one about what is missing before it. */
  askedBy: string[];
  gapCase: string | null;
  source: string;
  messageId: string;
  part: number;
}

export type NewStatement = Omit<StoredStatement, 'id' | 'gapCase'> & { openedOn?: string };

/** Two deliveries beside each other would not see each other's statements: those of a company are taken one by one. */
export async function lockStatements(trx: Trx, entity: string): Promise<void> {
  await lockKeys(trx, [`bank-statements/${entity}`]);
}

const STATEMENT = `id::text as id, number, closed_on as "closedOn", jsonb_build_object('currency', currency, 'minor', opening_minor::text) as opening,
  jsonb_build_object('currency', currency, 'minor', closing_minor::text) as closing, content, fit, asked_by as "askedBy", gap_case as "gapCase", source, message_id as "messageId", part`;
const OF_CHAIN = `entity = :entity and account = :account and currency = :currency and format = :format`;

/** Those of the same number and the same days, oldest first. */
export async function sameStatements(trx: Trx, chain: StatementChain, { number, openedOn, closedOn }: Pick<NewStatement, 'number' | 'openedOn' | 'closedOn'>): Promise<StoredStatement[]> {
  const rows = await sql<Row>(
    trx,
    `select ${STATEMENT} from bank_statements where ${OF_CHAIN} and closed_on = :closedOn and number is not distinct from :number::text and opened_on is not distinct from :openedOn::date order by id`,
    { ...chain, closedOn, number: number ?? null, openedOn: openedOn ?? null },
  );
  return rows.map(storedOf);
}

export async function keepStatement(trx: Trx, chain: StatementChain, statement: NewStatement): Promise<void> {
  await sql(
    trx,
    `insert into bank_statements (entity, account, currency, format, number, opened_on, closed_on, opening_minor, closing_minor, content, fit, asked_by, source, message_id, part)
     values (:entity, :account, :currency, :format, :number, :openedOn, :closedOn, :opening, :closing, :content, :fit, :askedBy, :source, :messageId, :part)`,
    { ...chain, ...valuesOf(statement) },
  );
}

/** Puts a statement in the place of the one that it corrects. */
export async function correctStatement(trx: Trx, id: string, statement: NewStatement): Promise<void> {
  await sql(
    trx,
    `update bank_statements set opening_minor = :opening, closing_minor = :closing, content = :content, fit = :fit, asked_by = :askedBy, source = :source, message_id = :messageId, part = :part where id = :id::bigint`,
    { ...valuesOf(statement), id },
  );
}

/** The statements of a day, of the day before it and of the day after it that there are any of: whom one of that day may follow, or be followed by. */
export async function statementsAround(trx: Trx, chain: StatementChain, day: string): Promise<StoredStatement[]> {
  const rows = await sql<Row>(
    trx,
    `select ${STATEMENT} from bank_statements
      where ${OF_CHAIN}
        and closed_on >= coalesce((select max(closed_on) from bank_statements where ${OF_CHAIN} and closed_on < :day), :day)
        and closed_on <= coalesce((select min(closed_on) from bank_statements where ${OF_CHAIN} and closed_on > :day), :day)
      order by id`,
    { ...chain, day },
  );
  return rows.map(storedOf);
}

export async function setGapCase(trx: Trx, id: string, gapCase: string): Promise<void> {
  await sql(trx, `update bank_statements set gap_case = :gapCase where id = :id::bigint`, { id, gapCase });
}

type Row = Omit<StoredStatement, 'number'> & { number: string | null };

function storedOf({ number, ...row }: Row): StoredStatement {
  return { ...row, ...(number === null ? {} : { number }) };
}

function valuesOf({ number, openedOn, closedOn, opening, closing, content, fit, askedBy, source, messageId, part }: NewStatement): Record<string, unknown> {
  return { number: number ?? null, openedOn: openedOn ?? null, closedOn, opening: opening.minor, closing: closing.minor, content, fit, askedBy, source, messageId, part };
}
