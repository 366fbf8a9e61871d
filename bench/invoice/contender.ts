import type { Db } from '../../db/client.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import type { Settings } from '../../temporal-config/settings.ts';

/**
 * One way of running invoice-to-pay, as the benchmarks `invoice`, `approve` and `cost` see it.
 *
 * To plug one in, export `contender: Contender` from `bench/peers/<name>/contender.ts`; every folder of `bench/peers` with
 * such a file takes part, under the name of the folder (`--contenders ours,<name>` chooses). What counts:
 *
 * - A contender gets ground of its own (below) on services that all of them share, and is started before the first round.
 *   Rounds alternate between contenders; an idle one must cost next to nothing.
 * - Its programs are started with `launchNode({ …, settings })`: their processor time is read from the process ids that this
 *   records in the state folder, under the name of the program (`api`, `worker` …). What it does in PostgreSQL and in the
 *   Temporal server is measured there.
 * - A case is posted when the row of `cases` has `posted_at`: the benchmarks read that, not the contender.
 * - One that has no API process of its own takes documents in with `takeIn` (`api/intake/take-in.ts`) in its own program,
 *   so that intake, audit and outbox are the same for all.
 */
export interface Contender {
  /** Fetches what it needs, once a machine. @throws when that cannot be had: the others go on without it */
  install?(): void;
  start(ground: Ground): Promise<Running>;
}

/** What a contender has for itself. */
export interface Ground {
  name: string;
  /**
   * A database on the shared PostgreSQL (migrated; shipped companies, people and policies; durable commits), a namespace on the
   * shared Temporal server (prepared), a sandbox of counterparts (`sandboxUrl`, already running), free ports, a state folder.
   */
  settings: Settings;
  db: Db;
}

export interface Running {
  /** Resolves when the document is accepted for good. The submitter is `anna.berg`. */
  submit(invoice: Invoice): Promise<{ caseId: string }>;
  /** `person` approves the open task of the case, for the version that it shows; resolves when the process has accepted it. */
  approve(task: OpenTask, person: string): Promise<void>;
  /** Stops what `start` started, in order. */
  stop(): Promise<void>;
}

export interface OpenTask {
  id: string;
  caseId: string;
  decisionHash: string;
}
