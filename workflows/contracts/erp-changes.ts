/** Names of the look at an ERP's changes. It is started by one schedule a company. */
export const erpChangesWorkflow = 'erpChanges';

export interface ErpChangesInput {
  entity: string;
}
