import { inTransaction, type Trx } from '../../db/client.ts';
import { errorCatalogue } from '../../domain/errors.ts';
import { mayPass, recognise } from '../errors.ts';
import { closeStandingException, openStandingException } from '../standing-exception.ts';
import { technicalDueAt, technicalOwner } from '../technical-owner.ts';
import type { PaymentParts } from './parts.ts';

/** Minutes of tries: an outage that is shorter needs nobody. */
const patientTries = 10;

/** There is no comparison today unless somebody helps: the technical owner hears of it, at once where no further try can help. */
export async function openComparisonCase({ db, now }: Pick<PaymentParts, 'db' | 'now'>, entity: string, error: unknown, attempt: number): Promise<void> {
  const { code, message } = recognise(error);
  if (code === 'database-unavailable' || (mayPass(error) && attempt < patientTries)) return;
  const { title, remedy } = errorCatalogue[code];
  await inTransaction(db, async (trx) =>
    openStandingException(trx, caseId(entity), {
      origin: 'payment',
      entity,
      code,
      title: `${title} (daily comparison of bank, payments and ERP)`,
      suggestion: `${message} ${remedy} Differences stay unseen until it is made: it is tried again for a while and the next day; its schedule payment-reconciliation can be triggered before.`,
      ownerRole: technicalOwner,
      dueAt: await technicalDueAt({ db: trx }, entity, now().toISOString()),
      correlationId: `reconcile-${entity}`,
    }),
  );
}

export function closeComparisonCase(trx: Trx, entity: string): Promise<void> {
  return closeStandingException(trx, caseId(entity), 'system:reconciliation');
}

function caseId(entity: string): string {
  return `${entity}-t-comparison`;
}
