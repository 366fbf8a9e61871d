import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseLog } from '../../db/audit/export.ts';
import { verifyLog } from '../../db/audit/verify.ts';
import { sql } from '../../db/client.ts';
import { readCase } from '../../db/repositories/cases.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { applyTransitions, initialProgress } from '../../domain/rules/progress.ts';
import { invoiceToPayVersion } from '../../workflows/contracts/invoice-to-pay.ts';
import type { House } from '../support/house.ts';

/** What must hold after any faults, judged by the counterpart's own ledger and the audit chain, not by what we remember. */
export interface Judgement {
  /** Sentences about what is broken; empty when everything holds. */
  broken: string[];
  cases: number;
  posted: number;
  /** Effects of which a repeat was suppressed or found by enquiry: proof that the faults bit. */
  repeatsSuppressed: number;
}

export async function judge(house: House, accepted: readonly string[]): Promise<Judgement> {
  const cases = [...new Set(accepted)];
  await drained(house, cases);
  const { documents } = await house.sandbox.ledger();
  const invoices = documents.filter(({ docType, externalRef }) => (docType === 'INV' || docType === 'CRM') && externalRef !== undefined);
  const broken = [
    ...(await oneProcessEach(house, cases)),
    ...oneDocumentPerKey(invoices.map(({ externalRef }) => externalRef as string)),
    ...(await sameAmounts(house, cases, invoices)),
    ...(await chainVerifies(house)),
    ...(await nothingStuck(house, cases)),
    ...(await enquiredBeforeResending(house)),
    ...(await readModelIsReplay(house, cases)),
    ...secretsInLogs(house),
  ];
  const [repeats] = await sql<{ count: number }>(house.db, `select count(*)::int as count from effects where enquiries > 0 or attempt > 1 or sends > 1`);
  return { broken, cases: cases.length, posted: invoices.length, repeatsSuppressed: repeats?.count ?? 0 };
}

/** I1: every accepted content has exactly one case, and every case one process. */
async function oneProcessEach(house: House, cases: readonly string[]): Promise<string[]> {
  const broken: string[] = [];
  for (const id of cases) {
    const found = await readCase(house.db, id);
    if (!found) broken.push(`I1: ${id} was accepted and is not there`);
    else await house.client.workflow.getHandle(found.case.workflowId).describe().catch(() => broken.push(`I1: ${id} has no process`));
  }
  return broken;
}

/** I2: a business key has one document, however often it was sent. */
function oneDocumentPerKey(keys: readonly string[]): string[] {
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
  return [...new Set(twice)].map((key) => `I2: ${key} has ${keys.filter((other) => other === key).length} documents`);
}

/** I3: what we say is posted is what the counterpart has, to the cent. */
async function sameAmounts(house: House, cases: readonly string[], documents: { externalRef?: string | undefined; payableValue: string; docType: string }[]): Promise<string[]> {
  const rows = await sql<{ key: string; case_id: string; minor: string; currency: string }>(
    house.db,
    `select key, case_id, amount_minor::text as minor, currency from postings where kind = 'post' and status in ('posted', 'reversed') and case_id = any (:cases::text[])`,
    { cases },
  );
  const ours = new Set(rows.map(({ key }) => key));
  const missing = rows.filter(({ key }) => !documents.some(({ externalRef }) => externalRef === key)).map(({ key }) => `I3: ${key} is posted for us and not there`);
  const surplus = documents.filter(({ externalRef }) => !ours.has(externalRef ?? '')).map(({ externalRef }) => `I3: ${externalRef} is there and not posted for us`);
  const differing = rows.flatMap(({ key, minor }) => {
    const document = documents.find(({ externalRef }) => externalRef === key);
    const theirs = document && BigInt(document.payableValue.replace('.', '')) * (document.docType === 'CRM' ? -1n : 1n);
    return theirs === undefined || theirs === BigInt(minor) ? [] : [`I3: ${key} is ${minor} for us and ${theirs} there`];
  });
  return [...missing, ...surplus, ...differing];
}

/** I4: the chain verifies from its first event to its head. */
async function chainVerifies(house: House): Promise<string[]> {
  const verdict = await verifyLog(await databaseLog(house.db), undefined);
  return verdict.ok ? [] : verdict.chainFaults.map((fault) => `I4: ${JSON.stringify(fault)}`);
}

/** I6: nothing waits that nobody waits for. */
async function nothingStuck(house: House, cases: readonly string[]): Promise<string[]> {
  const waiting = await sql<{ id: string; kind: string; last_error: string | null }>(house.db, `select id, kind, last_error from outbox where state = 'waiting'`);
  const idle = await sql<{ id: string; stage: string }>(house.db, `select id, stage from cases where id = any (:cases::text[]) and closed_at is null and (stage in ('received', 'checked', 'parked', 'resumed', 'posting-outcome-unknown') or (stage in ('approval', 'exception') and awaiting_roles = '{}'))`, { cases });
  return [...waiting.map(({ id, kind, last_error }) => `I6: message ${id} (${kind}) waits: ${last_error}`), ...idle.map(({ id, stage }) => `I6: ${id} is stuck in ${stage}`)];
}

/** Gives what is under way the minute that I6 allows it. */
async function drained(house: House, cases: readonly string[]): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    if ((await nothingStuck(house, cases)).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** I7: after a send without an answer the counterpart was asked before anything was sent again. */
async function enquiredBeforeResending(house: House): Promise<string[]> {
  const keys = await sql<{ key: string }>(house.db, `select key from effects where sends > 1`);
  const broken: string[] = [];
  for (const { key } of keys) {
    const requests = (await house.sandbox.requests(key)).filter(({ outcome }) => outcome !== 'throttle');
    requests.forEach((request, index) => {
      const earlierSend = requests.slice(0, index).findLastIndex(({ route }) => route === request.route);
      const enquired = requests.slice(earlierSend + 1, index).some(({ route }) => route === 'erp.invoices.find');
      if (/\.(post|reverse)$/.test(request.route) && earlierSend >= 0 && !enquired) broken.push(`I7: ${key} was sent again without an enquiry`);
    });
  }
  return broken;
}

/** I8: what the lists show is what the events say. */
async function readModelIsReplay(house: House, cases: readonly string[]): Promise<string[]> {
  const broken: string[] = [];
  for (const id of cases) {
    const found = await readCase(house.db, id);
    if (!found) continue;
    const events = await sql<{ event: string }>(house.db, `select event from audit_events where case_id = :id and action like 'invoice.%' order by seq`, { id });
    const transitions = events.map(({ event }) => JSON.parse(event) as { action: string; data: object }).map(({ action, data }) => ({ kind: action.slice('invoice.'.length), ...data }) as Transition);
    const replayed = applyTransitions(initialProgress(found.case.correlationId, invoiceToPayVersion), transitions);
    if (JSON.stringify(sorted(replayed)) !== JSON.stringify(sorted(found.progress))) broken.push(`I8: ${id} differs from the replay of its events`);
  }
  return broken;
}

/** I9: no account, tax id, name or token in any log. */
function secretsInLogs({ processes, settings }: House): string[] {
  const canaries = [/\b[A-Z]{2}\d{2}[A-Z0-9]{12,30}\b/, /Stahlwerk Nordheim/, /Bearer /, /BEGIN PRIVATE KEY/, new RegExp(new URL(settings.databaseUrl as string).password)];
  const folder = join(processes.folder, 'logs');
  return readdirSync(folder).flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return canaries.filter((canary) => canary.test(text)).map((canary) => `I9: ${name} shows ${canary}`);
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));
}
