export { erpChanges } from './accounts-payable/erp-changes.ts';
export { invoiceToPay } from './accounts-payable/invoice-to-pay.ts';
export { maintenance } from './operations/maintenance.ts';
