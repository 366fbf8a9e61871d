import type { PostingAnswer } from '../../adapters/ports/erp.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { postingsOf, savePosting } from '../../db/repositories/postings.ts';
import { releaseReservations } from '../../db/repositories/reservations.ts';
import { KontorError } from '../../domain/errors.ts';
import { once } from '../once.ts';
import type { PostAnswer, Recorded, ReleaseCommand, ReverseCommand } from './commands.ts';
import { requiredEntity, requiredOf } from './lookup.ts';
import type { PayablesParts } from './parts.ts';
import { leaseMarginMs } from './post-supplier-invoice.ts';
import { recordTransitions } from './transitions.ts';

/** Reverses a posted document once. Only the ERP's confirmation gives the order lines back and lets the next posting number be used. */
export async function reverseSupplierInvoice(parts: PayablesParts, command: ReverseCommand, attempt: number): Promise<Recorded> {
  const { entity, caseId, key, postingKey, correlationId, reason } = command;
  const erp = parts.erpOf(await requiredEntity(parts.db, entity));
  const posted = requiredOf((await postingsOf(parts.db, caseId)).find((posting) => posting.key === postingKey), 'posting', postingKey);
  const at = parts.now().toISOString();
  const request = { entity, documentNumber: posted.reference ?? '', externalReference: key, correlationId, reason };
  const confirmed = (reference: string): Recorded => ({ transitions: [{ kind: 'posting', at, system: erp.system, key: postingKey, status: 'reversed', reference }] });

  const result = await once<PostingAnswer, Recorded>(
    { db: parts.db, attempt, processEpoch: parts.processEpoch },
    {
      key,
      entity,
      caseId,
      system: erp.system,
      request,
      settleWindowMs: erp.settleWindowMs,
      leaseMs: erp.longestCallMs + leaseMarginMs,
      async enquire() {
        const document = await erp.port.findByExternalReference(entity, key, { correlationId });
        return document && { outcome: 'posted', document };
      },
      send: () => erp.port.reverseDocument(request, { correlationId }),
      outcomeOf: (answer) => (answer.outcome === 'posted' ? confirmed(answer.document.documentNumber) : undefined),
      async write(trx, answer) {
        if (answer.outcome === 'refused') return;
        const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
        await savePosting(trx, { key: postingKey, entity, caseId, system: erp.system, kind: 'post', status: 'reversed' });
        await savePosting(trx, { key, entity, caseId, system: erp.system, kind: 'reverse', status: 'posted', reference: answer.document.documentNumber });
        await releaseReservations(trx, caseId, 'confirmed-reversal');
        await recordTransitions(trx, current, confirmed(answer.document.documentNumber).transitions, { actor: `counterpart:${erp.system}` });
      },
    },
  );
  if ('outcome' in result && result.outcome === 'refused') throw new KontorError('counterpart-rejected', `The ERP refuses the reversal (${result.code}): ${result.message}`);
  return result as Recorded;
}

/** Lifts the payment block of a document that was posted blocked, once everything that it waited for is there. */
export async function releaseSupplierInvoice(parts: PayablesParts, command: ReleaseCommand, attempt: number): Promise<PostAnswer> {
  const { entity, caseId, key, postingKey, correlationId } = command;
  const erp = parts.erpOf(await requiredEntity(parts.db, entity));
  const posted = requiredOf((await postingsOf(parts.db, caseId)).find((posting) => posting.key === postingKey), 'posting', postingKey);
  const at = parts.now().toISOString();
  const { setPaymentBlock } = erp.port;
  if (!setPaymentBlock) throw new KontorError('counterpart-rejected', 'This ERP has no payment blocks; approve before posting (policy posting.order).');
  const released: PostAnswer = { outcome: 'posted', reference: posted.reference ?? '', transitions: [{ kind: 'posting', at, system: erp.system, key: postingKey, status: 'released', reference: posted.reference ?? '' }] };

  const result = await once<PostingAnswer, PostAnswer>(
    { db: parts.db, attempt, processEpoch: parts.processEpoch },
    {
      key,
      entity,
      caseId,
      system: erp.system,
      request: { entity, documentNumber: posted.reference ?? '', blocked: false },
      settleWindowMs: erp.settleWindowMs,
      leaseMs: erp.longestCallMs + leaseMarginMs,
      async enquire() {
        const document = await erp.port.findByExternalReference(entity, postingKey, { correlationId });
        return document && !document.paymentBlocked ? { outcome: 'posted', document } : undefined;
      },
      send: () => setPaymentBlock.call(erp.port, { entity, documentNumber: posted.reference ?? '', externalReference: postingKey, blocked: false }, { correlationId }),
      outcomeOf: (answer) => (answer.outcome === 'posted' ? released : undefined),
      async write(trx, answer) {
        if (answer.outcome === 'refused') return;
        const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
        await savePosting(trx, { key, entity, caseId, system: erp.system, kind: 'release', status: 'posted', reference: answer.document.documentNumber });
        await recordTransitions(trx, current, released.transitions, { actor: `counterpart:${erp.system}`, change: { onHold: false } });
      },
    },
  );
  if ('code' in result) throw new KontorError('counterpart-rejected', `The ERP refuses to release the document (${result.code}): ${result.message}`);
  return result as PostAnswer;
}
