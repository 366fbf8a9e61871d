export { invoiceToPay } from './accounts-payable/invoice-to-pay.ts';
