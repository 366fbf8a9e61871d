import type { PostingAnswer } from '../../adapters/ports/erp.ts';
import type { Trx } from '../../db/client.ts';
import { lockCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { KontorError } from '../../domain/errors.ts';
import type { PostedDocument } from '../../domain/model/posting.ts';
import { leaseFor, once } from '../once.ts';
import type { CaseRef, Recorded } from './commands.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import type { ErpAccess, PayablesParts } from './parts.ts';

/** The counterpart's own word that it will not: for people, never for a retry. */
export type Refused = Extract<PostingAnswer, { outcome: 'refused' }>;

/**
 * What the ERP refuses it may have done already: the line delivered a call twice, or an earlier one came late. So it is asked before its refusal counts;
 * what somebody has reversed there since is for people.
 * @throws KontorError `outcome-unknown` where it cannot be asked
 */
export async function judgedAnswer(answer: PostingAnswer, key: string, find: () => Promise<PostedDocument | undefined>): Promise<PostingAnswer> {
  if (answer.outcome === 'posted') return answer;
  const document = await find().catch((error: unknown) => {
    throw new KontorError('outcome-unknown', `The ERP refused ${key} (${answer.code}) and cannot be asked whether it has it all the same.`, { cause: error });
  });
  return document && document.status !== 'reversed' ? { outcome: 'posted', document } : answer;
}

/** A document that is reversed in the ERP, whoever did so, with the number of what reversed it. */
export function reversalOf(document: PostedDocument | undefined): PostingAnswer | undefined {
  return document?.status === 'reversed' ? { outcome: 'posted', document: { ...document, documentNumber: document.reversedBy ?? document.documentNumber } } : undefined;
}

/** What one effect at the ERP adds to the frame that all of them share. */
export interface ErpEffect<Outcome extends Recorded> {
  /** What is asked; the same key never stands for two requests. */
  request: unknown;
  /** The document that shows that it happened, if there is one by now. */
  enquire(): Promise<PostedDocument | undefined>;
  send(): Promise<PostingAnswer>;
  /** The permanent record that every repeat returns. */
  outcomeOf(document: PostedDocument): Outcome;
  /** Our state and audit in the transaction that records the outcome; `current` is locked. */
  write(trx: Trx, current: CaseWithProgress, answer: PostingAnswer): Promise<void>;
}

export async function erpOf(parts: PayablesParts, entity: string): Promise<ErpAccess> {
  return parts.erpOf(await requiredEntity(parts.db, entity));
}

/** Carries an effect at the company's ERP out once under its key; a refusal leaves the key free for a corrected request. */
export async function erpEffect<Outcome extends Recorded>(parts: PayablesParts, erp: ErpAccess, command: CaseRef & { key: string }, attempt: number, effect: ErpEffect<Outcome>): Promise<Outcome | Refused> {
  const { key, entity, caseId } = command;
  const result = await once<PostingAnswer, Outcome>(
    { db: parts.db, attempt, processEpoch: parts.processEpoch },
    {
      key,
      entity,
      caseId,
      system: erp.system,
      request: effect.request,
      settleWindowMs: erp.settleWindowMs,
      leaseMs: leaseFor(erp),
      async enquire() {
        const document = await effect.enquire();
        return document && { outcome: 'posted', document };
      },
      send: () => effect.send(),
      outcomeOf: (answer) => (answer.outcome === 'posted' ? effect.outcomeOf(answer.document) : undefined),
      write: async (trx, answer) => effect.write(trx, requiredOf(await lockCase(trx, caseId), 'case', caseId), answer),
    },
  );
  return 'transitions' in result ? result : (result as Refused);
}
