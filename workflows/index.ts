export { bankMessages } from './accounts-payable/bank-messages.ts';
export { erpChanges } from './accounts-payable/erp-changes.ts';
export { invoiceToPay } from './accounts-payable/invoice-to-pay.ts';
export { paymentRun } from './accounts-payable/payment-run.ts';
export { launchPaymentRuns, reconcilePaymentLedger } from './accounts-payable/payment-schedules.ts';
export { maintenance } from './operations/maintenance.ts';
