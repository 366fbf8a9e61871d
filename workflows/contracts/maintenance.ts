/** Names of the upkeep of the installation. It is started by one schedule and decides nothing. */
export const maintenanceWorkflow = 'maintenance';

export interface MaintenanceOutcome {
  checkpoint: number;
  forgottenRequests: number;
  deletedDocuments: number;
}
