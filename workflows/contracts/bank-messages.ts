/** Names of the look at a bank's messages. It is started by one schedule a company. */
export const bankMessagesWorkflow = 'bankMessages';
