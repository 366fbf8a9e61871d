/** Task queues, one per counterpart, so that its rate limit, its credentials and its outages stay there. Pure constants: workflow code imports them. */
export const queues = {
  workflows: 'fin-workflows',
  erp: 'fin-erp',
  bank: 'fin-bank',
  screening: 'fin-screening',
  documents: 'fin-documents',
} as const;

