export { approval } from './approval.ts';
export { invoiceToPay } from './invoice-to-pay.ts';
export { bankMessages } from '../../../workflows/accounts-payable/bank-messages.ts';
export { erpChanges } from '../../../workflows/accounts-payable/erp-changes.ts';
export { launchPaymentRuns } from '../../../workflows/accounts-payable/launch-payment-runs.ts';
export { paymentRun } from '../../../workflows/accounts-payable/payment-run.ts';
export { reconcilePaymentLedger } from '../../../workflows/accounts-payable/reconcile-payment-ledger.ts';
export { maintenance } from '../../../workflows/operations/maintenance.ts';
