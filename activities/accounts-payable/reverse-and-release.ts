import { postingsOf, savePosting } from '../../db/repositories/postings.ts';
import { releaseReservations } from '../../db/repositories/reservations.ts';
import { KontorError } from '../../domain/errors.ts';
import type { PostAnswer, Recorded, ReleaseCommand, ReverseCommand } from './commands.ts';
import { erpEffect, erpOf } from './erp-effect.ts';
import { requiredOf } from '../lookup.ts';
import type { PayablesParts } from './parts.ts';
import { recordTransitions } from '../transitions.ts';

/** Reverses a posted document once. Only the ERP's confirmation gives the order lines back and lets the next posting number be used. */
export async function reverseSupplierInvoice(parts: PayablesParts, command: ReverseCommand, attempt: number): Promise<Recorded> {
  const { entity, caseId, key, postingKey, correlationId, reason } = command;
  const erp = await erpOf(parts, entity);
  const { system } = erp;
  const documentNumber = await numberOf(parts, command);
  const at = parts.now().toISOString();
  const request = { entity, documentNumber, externalReference: key, correlationId, reason };
  const confirmed = (reference: string): Recorded => ({ transitions: [{ kind: 'posting', at, system, key: postingKey, status: 'reversed', reference }] });

  const answer = await erpEffect<Recorded>(parts, erp, command, attempt, {
    request,
    enquire: () => erp.port.findByExternalReference(entity, key, { correlationId }),
    send: () => erp.port.reverseDocument(request, { correlationId }),
    outcomeOf: (document) => confirmed(document.documentNumber),
    async write(trx, current, answered) {
      if (answered.outcome === 'refused') return;
      const reference = answered.document.documentNumber;
      await savePosting(trx, { key: postingKey, entity, caseId, system, kind: 'post', status: 'reversed' });
      await savePosting(trx, { key, entity, caseId, system, kind: 'reverse', status: 'posted', reference });
      await releaseReservations(trx, caseId, 'confirmed-reversal');
      await recordTransitions(trx, current, confirmed(reference).transitions, { actor: `counterpart:${system}` });
    },
  });
  if ('code' in answer) throw new KontorError('counterpart-rejected', `The ERP refuses the reversal (${answer.code}): ${answer.message}`);
  return answer;
}

/** Lifts the payment block of a document that was posted blocked, once everything that it waited for is there. */
export async function releaseSupplierInvoice(parts: PayablesParts, command: ReleaseCommand, attempt: number): Promise<PostAnswer> {
  const { entity, caseId, key, postingKey, correlationId } = command;
  const erp = await erpOf(parts, entity);
  const { system } = erp;
  const documentNumber = await numberOf(parts, command);
  const at = parts.now().toISOString();
  const { setPaymentBlock } = erp.port;
  if (!setPaymentBlock) throw new KontorError('counterpart-rejected', 'This ERP has no payment blocks; approve before posting (policy posting.order).');
  const released: PostAnswer = { outcome: 'posted', reference: documentNumber, transitions: [{ kind: 'posting', at, system, key: postingKey, status: 'released', reference: documentNumber }] };

  const answer = await erpEffect<PostAnswer>(parts, erp, command, attempt, {
    request: { entity, documentNumber, blocked: false },
    async enquire() {
      const document = await erp.port.findByExternalReference(entity, postingKey, { correlationId });
      return document && !document.paymentBlocked ? document : undefined;
    },
    send: () => setPaymentBlock.call(erp.port, { entity, documentNumber, externalReference: postingKey, blocked: false }, { correlationId }),
    outcomeOf: () => released,
    async write(trx, current, answered) {
      if (answered.outcome === 'refused') return;
      await savePosting(trx, { key, entity, caseId, system, kind: 'release', status: 'posted', reference: answered.document.documentNumber });
      await recordTransitions(trx, current, released.transitions, { actor: `counterpart:${system}`, change: { onHold: false } });
    },
  });
  if ('code' in answer) throw new KontorError('counterpart-rejected', `The ERP refuses to release the document (${answer.code}): ${answer.message}`);
  return answer;
}

/** The ERP's number of the document that was posted under a key. */
async function numberOf({ db }: PayablesParts, { caseId, postingKey }: { caseId: string; postingKey: string }): Promise<string> {
  return requiredOf((await postingsOf(db, caseId)).find(({ key }) => key === postingKey), 'posting', postingKey).reference ?? '';
}
