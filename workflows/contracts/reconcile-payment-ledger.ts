/** Names of the daily comparison of bank, payments and ERP. It is started by one schedule a company. */
export const reconcilePaymentLedgerWorkflow = 'reconcilePaymentLedger';
