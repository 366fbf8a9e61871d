/** Names of what opens payment runs. It is started by one schedule a company. */
export const launchPaymentRunsWorkflow = 'launchPaymentRuns';
