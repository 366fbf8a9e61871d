import type { Knex } from 'knex';
import { up as foundation } from './0001-foundation.ts';
import { up as cases } from './0002-cases.ts';
import { up as work } from './0003-work.ts';
import { up as policies } from './0004-policies.ts';
import { up as access } from './0005-access.ts';
import { up as payments } from './0006-payments.ts';
import { up as auditAtCommit } from './0007-audit-at-commit.ts';
import { up as recordedSteps } from './0008-recorded-steps.ts';
import { up as lookAlikes } from './0009-look-alikes-by-number-and-amount.ts';
import { up as readsInScope } from './0010-reads-in-scope.ts';
import { up as lostRecords } from './0011-lost-records.ts';
import { up as recentInvoices } from './0012-recent-invoices.ts';
import { up as withheld } from './0013-withheld.ts';
import { up as vendorMarks } from './0014-vendor-marks.ts';
import { up as holdDetails } from './0015-hold-details.ts';
import { up as failedItems } from './0016-failed-items.ts';
import { up as bookingsToFinish } from './0017-bookings-to-finish.ts';
import { up as waitingReturns } from './0018-waiting-returns.ts';
import { up as creditedDocuments } from './0019-credited-documents.ts';
import { up as besideTheirOriginals } from './0020-beside-their-originals.ts';
import { up as statementChain } from './0021-statement-chain.ts';
import { up as eventsByTime } from './0022-events-by-time.ts';
import { up as decisionsBySubject } from './0023-decisions-by-subject.ts';
import { up as processesCompared } from './0024-processes-compared.ts';

export interface Migration {
  id: string;
  up(db: Knex): Promise<void>;
}

/** In order; an applied migration never changes, a new need is a new line. */
export const migrations: readonly Migration[] = [
  { id: '0001-foundation', up: foundation },
  { id: '0002-cases', up: cases },
  { id: '0003-work', up: work },
  { id: '0004-policies', up: policies },
  { id: '0005-access', up: access },
  { id: '0006-payments', up: payments },
  { id: '0007-audit-at-commit', up: auditAtCommit },
  { id: '0008-recorded-steps', up: recordedSteps },
  { id: '0009-look-alikes-by-number-and-amount', up: lookAlikes },
  { id: '0010-reads-in-scope', up: readsInScope },
  { id: '0011-lost-records', up: lostRecords },
  { id: '0012-recent-invoices', up: recentInvoices },
  { id: '0013-withheld', up: withheld },
  { id: '0014-vendor-marks', up: vendorMarks },
  { id: '0015-hold-details', up: holdDetails },
  { id: '0016-failed-items', up: failedItems },
  { id: '0017-bookings-to-finish', up: bookingsToFinish },
  { id: '0018-waiting-returns', up: waitingReturns },
  { id: '0019-credited-documents', up: creditedDocuments },
  { id: '0020-beside-their-originals', up: besideTheirOriginals },
  { id: '0021-statement-chain', up: statementChain },
  { id: '0022-events-by-time', up: eventsByTime },
  { id: '0023-decisions-by-subject', up: decisionsBySubject },
  { id: '0024-processes-compared', up: processesCompared },
];
