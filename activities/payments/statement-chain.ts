import { createHash } from 'node:crypto';
import type { Trx } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { correctStatement, keepStatement, lockStatements, sameStatements, setGapCase, statementsAround, type NewStatement, type StatementChain, type StoredStatement } from '../../db/repositories/bank-statements.ts';
import { lockException, reopenException, resolveException } from '../../db/repositories/exceptions.ts';
import type { BankStatement } from '../../domain/model/bank-statement.ts';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';
import { opensAgain } from '../../domain/rules/payments/reconcile.ts';
import { gapsBetween, standingOf, type Standing } from '../../domain/rules/statements/chain.ts';
import { bankCaseId, maskedAccount, openBankCase, type MessagePlace } from './bank-case.ts';

/** A statement with the chain that it is a part of. */
export interface Link {
  chain: StatementChain;
  statement: NewStatement;
}

/** Where a statement belongs; undefined for one that none can follow: without balances or a day, as advices and reports of a day's course are. */
export function linkOf({ entity, source, messageId }: MessagePlace, { account, currency, number, opening, closing, openingDate, closingDate, entries }: BankStatement, { format, part }: { format: string; part: number }): Link | undefined {
  if (account === '' || !opening || !closing || !closingDate || opening.currency !== closing.currency) return undefined;
  const hash = createHash('sha256').update(canonicalJson({ opening, closing }));
  for (const entry of entries) hash.update(canonicalJson(entry));
  return {
    chain: { entity, account: account.replace(/\s/g, '').toUpperCase(), currency: currency ?? opening.currency, format: format.replace(/\.001\.\d\d$/, '') },
    statement: { ...(number === undefined ? {} : { number }), ...(openingDate ? { openedOn: openingDate } : {}), closedOn: closingDate, opening, closing, content: hash.digest('hex'), fit: true, askedBy: [], source, messageId, part },
  };
}

/**
 * Compares a statement with those before it and beside it (SI-3, SI-6), whatever order they came in, and says how it stands to one of the same number. What
 * is missing before it is one case, which closes by itself when it comes. `askedBy` is the case about a statement that does not add up.
 */
export async function takeStatement(trx: Trx, place: MessagePlace, { chain, statement }: Link, askedBy?: string): Promise<Standing['kind']> {
  await lockStatements(trx, chain.entity);
  const same = await sameStatements(trx, chain, statement);
  const standing = standingOf({ ...statement, id: '' }, same);
  const told = { ...statement, fit: askedBy === undefined, askedBy: askedBy === undefined ? [] : [askedBy] };
  switch (standing.kind) {
    case 'repeat':
    case 'conflict':
      return standing.kind;
    case 'new':
      await keepStatement(trx, chain, told);
      break;
    case 'correction': {
      const earlier = same.find(({ id }) => id === standing.of)!.askedBy;
      await correctStatement(trx, standing.of, told.fit ? told : { ...told, askedBy: [...earlier, ...told.askedBy] });
      if (told.fit) for (const id of earlier) await resolveException(trx, id, closed);
    }
  }
  const around = await statementsAround(trx, chain, told.closedOn);
  const gaps = gapsBetween(around);
  // What is missing before the day before is not among these, and did not change.
  for (const one of around.filter(({ closedOn }) => closedOn >= told.closedOn)) {
    const gap = gaps.get(one.id);
    if (gap !== undefined) await openGap(trx, place, chain, one, gap);
    else if (one.gapCase) await resolveException(trx, one.gapCase, closed);
  }
  return standing.kind;
}

const closed = { resolution: 'no-longer-found', by: 'system:payments' };

/** One case a statement. What a person has settled opens again only when something else is missing than that person saw. */
async function openGap(trx: Trx, place: MessagePlace, { account }: StatementChain, { id, number, closedOn, messageId, source, part, gapCase }: StoredStatement, gap: string): Promise<void> {
  const title = `${number === undefined ? `The statement of ${closedOn}` : `Statement ${number}`} of account ${maskedAccount(account)} ${gap}`;
  const suggestion = 'Ask the bank for the statements between them. What this one says counts; the case closes by itself when they are read.';
  const known = gapCase ? await lockException(trx, gapCase) : undefined;
  if (known?.state === 'open') return;
  if (known) {
    const { state, resolvedBy } = known;
    if (!opensAgain({ state, title: known.title, resolvedBy }, { message: title })) return;
    await reopenException(trx, known.id, { title, suggestion, ownerRole: known.ownerRole, dueAt: place.dueAt });
    return appendAudit(trx, place.entity, [{ action: 'bank.exception-reopened', actor: `counterpart:${place.source}`, correlationId: `${place.source}/${place.messageId}`, data: { exception: known.id, code: known.code } }]);
  }
  const from = { ...place, source, messageId };
  const key = `gap-${part}`;
  await openBankCase(trx, from, { key, code: 'statement-gap', title, suggestion, detail: { ...(number === undefined ? {} : { statement: number }), closedOn } });
  await setGapCase(trx, id, bankCaseId(from, key));
}
