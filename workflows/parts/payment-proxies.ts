import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { BankActivities, PaymentErpActivities, PaymentRecordActivities, ScreeningActivities } from '../../activities/payments/index.ts';
import { queues } from '../../temporal-config/queues.ts';
import { pageProfile, pollProfile, recordProfile } from '../../temporal-config/retry-profiles.ts';

/** The steps of payments as the processes call them, each with the line that operators read in its history. */

const erp = (summary: string) => proxyActivities<PaymentErpActivities>({ ...pageProfile, taskQueue: queues.erp, summary });
const bank = (summary: string) => proxyActivities<BankActivities>({ ...pageProfile, taskQueue: queues.bank, summary });
const record = (summary: string) => proxyLocalActivities<PaymentRecordActivities>({ ...recordProfile, summary });
/** A transaction over a whole run: longer than a local activity may take. */
const recordAll = (summary: string) => proxyActivities<PaymentRecordActivities>({ ...pageProfile, taskQueue: queues.workflows, summary });

export const { gatherPayables } = erp('Read the payees of what is due');
/** The next look at the bank asks again: few tries, so that what the bank says meanwhile is heard. */
export const { bookPayments } = proxyActivities<PaymentErpActivities>({ ...pageProfile, retry: pollProfile.retry, taskQueue: queues.erp, summary: 'Book confirmed payments in the ERP' });
export const { reconcilePayments } = erp('Compare bank, payments and ERP');
export const { createPaymentFile } = bank('Write the payment file');
export const { takeBankMessages } = bank('Read messages of the bank');
export const { sendPaymentFile } = bank('Send the payment file');
export const { screenPayees } = proxyActivities<ScreeningActivities>({ ...pageProfile, taskQueue: queues.screening, summary: 'Screen the payees' });

export const { recordProposal } = recordAll('Propose payments');
export const { recordScreening } = recordAll('Take out who is not clear');

export const { openScheduledRun } = record('Open the runs of this moment');
export const { verifyAndRecordRunDecision } = record('Verify a decision');
export const { recordRunProgress } = record('Look where the payments stand');
export const { recordRunEnd } = record('Close the run');
