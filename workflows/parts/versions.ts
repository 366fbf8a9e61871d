/** The version that a process declares in its progress; it rises with every change that a running process must not see. */
export const invoiceToPayVersion = 'invoice-to-pay/1';
