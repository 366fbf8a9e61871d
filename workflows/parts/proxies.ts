import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { PayablesErpActivities, PayablesRecordActivities } from '../../activities/accounts-payable/index.ts';
import { queues } from '../../temporal-config/queues.ts';
import { counterpartProfile, firstTryProfile, recordProfile } from '../../temporal-config/retry-profiles.ts';

/** The steps of accounts payable as the processes call them, each with the line that operators read in its history. */

const erp = (summary: string) => proxyActivities<PayablesErpActivities>({ ...counterpartProfile, taskQueue: queues.erp, summary });
const erpAtOnce = (summary: string) => proxyLocalActivities<PayablesErpActivities>({ ...firstTryProfile, summary });
const record = (summary: string) => proxyLocalActivities<PayablesRecordActivities>({ ...recordProfile, summary });

export const { gatherInvoiceFacts } = erp('Read supplier, orders and receipts');
export const { postSupplierInvoice } = erp('Post to the ERP');
export const { reverseSupplierInvoice } = erp('Reverse in the ERP');
export const { releaseSupplierInvoice } = erp('Release for payment in the ERP');

/** The same steps, tried where the process runs; see `first-try.ts`. */
export const { gatherInvoiceFacts: gatherInvoiceFactsAtOnce } = erpAtOnce('Read supplier, orders and receipts');
export const { postSupplierInvoice: postSupplierInvoiceAtOnce } = erpAtOnce('Post to the ERP');

export const { recordAssessment } = record('Check, match, code and route');
export const { verifyAndRecordDecision } = record('Verify a decision');
export const { recordPaymentEvent } = record('Record a payment status');
export const { recordEscalation } = record('Remind or escalate');
export const { recordParked, recordResumed } = record('Park or resume after a failure');
export const { recordRefusedMessage } = record('Tell of a message that was refused');
export const { recordEnd } = record('Close the case');
