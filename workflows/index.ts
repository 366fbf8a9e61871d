export { bankMessages } from './accounts-payable/bank-messages.ts';
export { erpChanges } from './accounts-payable/erp-changes.ts';
export { invoiceToPay } from './accounts-payable/invoice-to-pay.ts';
export { launchPaymentRuns } from './accounts-payable/launch-payment-runs.ts';
export { paymentRun } from './accounts-payable/payment-run.ts';
export { reconcilePaymentLedger } from './accounts-payable/reconcile-payment-ledger.ts';
export { maintenance } from './operations/maintenance.ts';
