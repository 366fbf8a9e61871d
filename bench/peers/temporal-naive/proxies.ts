import { proxyActivities } from '@temporalio/workflow';
import type { PayablesErpActivities, PayablesRecordActivities } from '../../../activities/accounts-payable/index.ts';
import { queues } from '../../../temporal-config/queues.ts';
import { counterpartProfile, recordProfile } from '../../../temporal-config/retry-profiles.ts';
import type { StepActivities } from './steps.ts';

/** Every step is an ordinary activity: those at the ERP on its queue, the others on the queue of the process. */

const { startToCloseTimeout, retry } = recordProfile;
const erp = (summary: string) => proxyActivities<PayablesErpActivities>({ ...counterpartProfile, taskQueue: queues.erp, summary });
const step = (summary: string) => proxyActivities<PayablesRecordActivities & StepActivities>({ startToCloseTimeout, retry, summary });

export const { gatherInvoiceFacts } = erp('Read supplier, orders and receipts');
export const { postSupplierInvoice } = erp('Post to the ERP');
export const { reverseSupplierInvoice } = erp('Reverse in the ERP');
export const { releaseSupplierInvoice } = erp('Release for payment in the ERP');

export const { resolveSupplier } = step('Resolve the supplier');
export const { validateDocument } = step('Validate the document');
export const { findDuplicates } = step('Find duplicates');
export const { matchToOrder } = step('Match to order and receipt');
export const { codeLines } = step('Code the lines');
export const { checkTax } = step('Check the tax');
export const { routeForApproval } = step('Route for approval');
export const { recordAssessment } = step('Record the assessment');

export const { verifyAndRecordDecision } = step('Verify a decision');
export const { recordPaymentEvent } = step('Record a payment status');
export const { recordEscalation } = step('Remind or escalate');
export const { recordParked, recordResumed } = step('Park or resume after a failure');
export const { recordEnd } = step('Close the case');
