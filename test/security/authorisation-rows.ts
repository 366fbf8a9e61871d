import { randomUUID } from 'node:crypto';
import type { Asked } from '../api/client.ts';
import { billed } from '../support/invoices.ts';

/** Every role that anybody can have. A role that people or rights name and that is missing here fails the test. */
export const roles = [
  'ap-clerk', 'ap-lead', 'ap-operations', 'auditor', 'buyer', 'cfo', 'controller', 'cost-centre-owner', 'finance-manager', 'integration', 'operator', 'policy-owner', 'receiver',
  'compliance-officer', 'supplier-master', 'tax-specialist', 'team-lead', 'treasurer', 'treasury',
] as const;
export type Role = (typeof roles)[number];

/** Things of the company DE01 that a request may be about; tasks and exceptions are made anew for each. */
export interface Sample {
  case: string;
  documentHash: string;
  approval: string;
  exception: string;
  decision: string;
  /** A payment run with its proposal, and a hold on a supplier. */
  run: string;
  hold: string;
  /** `decisionHash` of approval and exception. */
  hash: string;
}

export interface Row {
  /** Who has the right at all; it is written here a second time on purpose. */
  may: readonly Role[] | 'everybody' | 'public';
  path(sample: Sample): string;
  asked?(sample: Sample): Asked;
  /** The answer at the own company. */
  own: number | ((role: Role) => number);
  /**
   * The answer to somebody who has the right at another company only: 404 where a thing is named; `nothing` where the answer is a list
   * or a sum, which must not tell of DE01; a number where something else is right.
   */
  elsewhere: 404 | 'nothing' | number;
  /** In a list: the own company's answer shows this. */
  shows?(sample: Sample): string;
}

const everybody = 'everybody';
const submitters: Role[] = ['ap-clerk', 'ap-lead', 'integration'];
const resolvers: Role[] = ['ap-clerk', 'ap-lead', 'ap-operations', 'operator', 'buyer', 'receiver', 'tax-specialist', 'supplier-master', 'treasurer', 'compliance-officer', 'treasury', 'policy-owner', 'team-lead', 'controller', 'finance-manager', 'cfo'];
const evidence: Role[] = ['auditor', 'ap-lead', 'controller', 'finance-manager', 'cfo'];
const audit: Role[] = ['auditor', 'controller', 'cfo'];

const payers: Role[] = ['ap-clerk', 'ap-lead', 'finance-manager', 'treasurer', 'compliance-officer', 'controller', 'cfo', 'auditor'];
const proposers: Role[] = ['ap-clerk', 'ap-lead'];

/** The sample task is offered to team leads. */
const offered = (role: Role) => (role === 'team-lead' ? 200 : 403);
/** The sample exception is a buyer's; these hand out work that is not theirs. */
const assigns = (role: Role) => (['buyer', 'ap-lead', 'ap-operations', 'controller'].includes(role) ? 200 : 403);

const onCase = (suffix = '') => ({ path: (sample: Sample) => `/v1/invoices/${sample.case}${suffix}`, elsewhere: 404 as const });
const onTask = (suffix = '') => ({ path: (sample: Sample) => `/v1/approvals/${sample.approval}${suffix}`, elsewhere: 404 as const });
const onRun = (suffix = '') => ({ path: (sample: Sample) => `/v1/payment-runs/${sample.run}${suffix}`, elsewhere: 404 as const });
const onException = (suffix = '') => ({ path: (sample: Sample) => `/v1/exceptions/${sample.exception}${suffix}`, elsewhere: 404 as const });
const json = (body: (sample: Sample) => unknown) => ({ asked: (sample: Sample) => ({ body: body(sample) }) });
const at = (path: string) => ({ path: () => path });

/** One row an operation, by its id. The process engine does not answer here: a decision that may be made is kept (202). */
export const rows: Record<string, Row> = {
  submitInvoice: { may: submitters, ...at('/v1/invoices'), ...json(() => billed({ lines: [{ quantity: '1', price: '70.00', name: randomUUID() }] })), own: 202, elsewhere: 403 },
  listInvoices: { may: everybody, ...at('/v1/invoices?limit=200'), own: 200, elsewhere: 'nothing', shows: (sample) => sample.case },
  countInvoices: { may: everybody, ...at('/v1/invoices:counts'), own: 200, elsewhere: 'nothing', shows: () => '"count":' },
  getInvoice: { may: everybody, ...onCase(), own: 200 },
  getInvoiceProgress: { may: everybody, ...onCase('/progress'), own: 200 },
  getInvoiceDocument: { may: everybody, ...onCase('/document'), own: 200 },
  getInvoiceEvidence: { may: evidence, ...onCase('/evidence'), own: 200 },
  correctInvoice: { may: ['ap-clerk', 'ap-lead'], ...onCase('/correction'), ...json((sample) => ({ documentHash: sample.documentHash, correction: { dueDate: '2027-01-31' } })), own: 202 },
  withdrawInvoice: { may: submitters, ...onCase('/withdrawal'), ...json((sample) => ({ documentHash: sample.documentHash })), own: 202 },

  listInbox: { may: everybody, ...at('/v1/inbox?limit=200'), own: 200, elsewhere: 'nothing' },
  claimApproval: { may: everybody, ...onTask('/claim'), own: offered },
  releaseApproval: { may: everybody, ...onTask('/release'), own: (role) => (offered(role) === 200 ? 409 : 403) },
  forwardApproval: { may: everybody, ...onTask('/forward'), ...json(() => ({ to: 'clara.winter' })), own: offered },
  snoozeApproval: { may: everybody, ...onTask('/snooze'), ...json(() => ({ until: new Date(Date.now() + 86_400_000).toISOString() })), own: (role) => (offered(role) === 200 ? 409 : 403) },
  commentApproval: { may: everybody, ...onTask('/comments'), ...json(() => ({ body: 'Please look' })), own: 201 },
  getApproval: { may: everybody, ...onTask(), own: 200 },
  decideApproval: { may: everybody, ...onTask('/decision'), ...json((sample) => ({ decision: 'approve', decisionHash: sample.hash })), own: 202 },
  decideBatch: { may: everybody, ...at('/v1/decisions:batch'), ...json((sample) => ({ items: [{ approval: sample.approval, decision: 'approve', decisionHash: sample.hash }] })), own: 200, elsewhere: 200 },
  listMyDecisions: { may: everybody, ...at('/v1/decisions?limit=200'), own: 200, elsewhere: 'nothing' },
  getDecision: { may: everybody, path: (sample) => `/v1/decisions/${sample.decision}`, own: 200, elsewhere: 404 },

  listExceptions: { may: everybody, ...at('/v1/exceptions?limit=200'), own: 200, elsewhere: 'nothing', shows: (sample) => sample.case },
  countExceptions: { may: everybody, ...at('/v1/exceptions:counts'), own: 200, elsewhere: 'nothing', shows: () => 'price-variance' },
  getException: { may: everybody, ...onException(), own: 200 },
  resolveException: { may: resolvers, ...onException('/resolution'), ...json(() => ({ resolution: 'override', reason: 'Agreed by phone' })), own: 202 },
  retryException: { may: resolvers, ...onException('/retry'), ...json(() => ({})), own: 202 },
  assignException: { may: resolvers, ...onException('/assign'), ...json(() => ({ person: null })), own: assigns },

  openPaymentRun: { may: proposers, ...at('/v1/payment-runs'), ...json(() => ({ entity: 'DE01', dryRun: true })), own: 202, elsewhere: 404 },
  listPaymentRuns: { may: payers, ...at('/v1/payment-runs?limit=200'), own: 200, elsewhere: 'nothing', shows: (sample) => sample.run },
  getPaymentRun: { may: payers, ...onRun(), own: 200 },
  listPayments: { may: payers, ...onRun('/payments'), own: 200 },
  listExcluded: { may: payers, ...onRun('/excluded'), own: 200 },
  // It was not released, so that there is no file.
  getPaymentFile: { may: ['treasurer', 'finance-manager', 'auditor'], ...onRun('/file'), own: 404 },
  removePayments: { may: proposers, ...onRun('/removals'), ...json((sample) => ({ decisionHash: sample.hash, payments: ['E2E'], reason: 'Asked by the supplier' })), own: 202 },
  cancelPaymentRun: { may: proposers, ...onRun('/cancellation'), ...json(() => ({ reason: 'Opened by mistake' })), own: 202 },
  listPaymentHolds: { may: payers, ...at('/v1/payment-holds'), own: 200, elsewhere: 'nothing', shows: (sample) => sample.hold },
  liftPaymentHold: { may: ['ap-lead', 'compliance-officer', 'supplier-master'], path: (sample) => `/v1/payment-holds/${sample.hold}/lift`, ...json(() => ({ reason: 'Confirmed by phone' })), own: 200, elsewhere: 404 },

  listAudit: { may: audit, ...at('/v1/audit?limit=200'), own: 200, elsewhere: 'nothing', shows: (sample) => sample.case },
  verifyAudit: { may: audit, ...at('/v1/audit/verify'), own: 200, elsewhere: 'nothing', shows: () => 'DE01' },
  listCheckpoints: { may: audit, ...at('/v1/audit/checkpoints'), own: 200, elsewhere: 200 },
  getKpis: { may: everybody, ...at('/v1/kpis?entity=DE01'), own: 200, elsewhere: 'nothing', shows: () => 'price-variance' },
  // Payloads name their company themselves: test/security/codec-server.test.ts.
  decodePayloads: { may: ['operator', 'ap-operations', 'auditor', 'controller', 'cfo'], ...at('/codec/decode'), ...json(() => ({ payloads: [] })), own: 200, elsewhere: 200 },
  streamEvents: { may: everybody, ...at('/v1/events'), own: 200, elsewhere: 200 },
  whoAmI: { may: everybody, ...at('/v1/me'), own: 200, elsewhere: 'nothing' },

  listDevelopmentPeople: { may: 'public', ...at('/v1/development/people'), own: 200, elsewhere: 200 },
  developmentLogin: { may: 'public', ...at('/v1/development/login'), ...json(() => ({ person: 'anna.berg' })), own: 200, elsewhere: 200 },
  health: { may: 'public', ...at('/healthz'), own: 200, elsewhere: 200 },
  readiness: { may: 'public', ...at('/readyz'), own: 503, elsewhere: 503 },
  metrics: { may: 'public', ...at('/metrics'), own: 200, elsewhere: 200 },
  openApi: { may: 'public', ...at('/openapi.json'), own: 200, elsewhere: 200 },
  reference: { may: 'public', ...at('/docs'), own: 200, elsewhere: 200 },
};
