import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseLog } from '../../db/audit/export.ts';
import { verifyLog } from '../../db/audit/verify.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { readCase } from '../../db/repositories/cases.ts';
import type { ErpDocument } from '../../sandbox/erp/documents.ts';
import { applyTransitions, initialProgress } from '../../domain/rules/progress.ts';
import { invoiceToPayVersion, invoiceToPayWorkflow } from '../../workflows/contracts/invoice-to-pay.ts';
import { paymentRunProcess, paymentRunVersion, paymentRunWorkflow } from '../../workflows/contracts/payment-run.ts';
import type { House } from '../support/house.ts';
import { dutiesHeld } from './duties.ts';
import { bookedWhenHeard, bookingsTold, isLive, notBookedYet, paidOnce, paidWhatIsOwed } from './paid.ts';
import { releasesHeld } from './release-duties.ts';
import { eventsIn, hear, postingsIn, runsOf, storiesOf, type CaseStory, type Told } from './told.ts';
import { withheldIn } from './withheld.ts';
import { workListsAgree } from './work-lists.ts';

/** What must hold after any faults, judged by the counterparts' own ledgers and the audit chain, not by what we remember. */
export interface Judgement {
  /** Sentences about what is broken, each with its invariant; empty when everything holds. */
  broken: string[];
  cases: number;
  /** Documents in the ERP's ledger. */
  posted: number;
  /** Payments in the bank's ledger that were not refused. */
  paid: number;
  /** Sends that reached a counterpart, refused and failed ones included. */
  attempted: number;
  /** Effects of which a repeat was suppressed or found by enquiry: proof that the faults bit. */
  repeatsSuppressed: number;
}

/** `accepted` are the cases that senders were promised; `drainMs` is how long what is under way may still take (I6). */
export async function judge(house: House, accepted: readonly string[], drainMs = 60_000): Promise<Judgement> {
  const cases = [...new Set(accepted)];
  const stuck = await stuckAfter(house, cases, drainMs);
  const told = await hear(house);
  const stories = storiesOf(told);
  const runs = runsOf(told);
  const broken = [
    ...(await oneProcessEach(house, cases, told, drainMs)),
    ...oneDocumentEach(told),
    ...paidOnce(told),
    ...sameAmounts(told, stories),
    ...releasedThere(told, stories),
    ...paidWhatIsOwed(told, stories, await withheldIn(house, told.documents)),
    ...bookedWhenHeard(told, runs),
    ...(await chainVerifies(house)),
    ...oneRecordPerTransition(stories),
    ...oneRecordPerTransition(runs),
    ...dutiesHeld(house.persons, told, stories),
    ...releasesHeld(house, told, stories, runs),
    ...stuck,
    ...enquiredBeforeResending(told, house.processingLimitMs),
    ...(await readModelIsReplay(house, cases, storiesOf, invoiceToPayVersion)),
    ...(await readModelIsReplay(house, [...runs.keys()], runsOf, paymentRunVersion)),
    ...secretsInLogs(house),
  ];
  const [repeats] = await sql<{ count: number }>(house.db, `select count(*)::int as count from effects where case_id = any (:cases::text[]) and (enquiries > 0 or attempt > 1 or sends > 1)`, { cases: [...cases, ...runs.keys()] });
  const attempted = told.requests.filter(({ route }) => isSend(route)).length;
  return { broken, cases: cases.length, posted: told.documents.length, paid: told.bank.payments.filter(isLive).length, attempted, repeatsSuppressed: repeats?.count ?? 0 };
}

/** I1: what was accepted has exactly one case and one process; nothing has a process that was not accepted. */
async function oneProcessEach(house: House, cases: readonly string[], { events }: Told, drainMs: number): Promise<string[]> {
  const intakes = events.filter(({ action }) => action === 'intake.accepted');
  const times = (id: string) => intakes.filter((event) => event.case === id).length;
  const contents = intakes.map(({ entity, data }) => `${entity}/${String(data['contentHash'])}`);
  const twice = contents.filter((content, index) => contents.indexOf(content) !== index).map((content) => `I1: the content ${content} has several cases`);
  const lost = cases.flatMap((id) => (times(id) === 1 ? [] : [`I1: ${id} was accepted and has ${times(id)} intakes`]));
  return [...twice, ...lost, ...(await processFaults(house, begunIn(events), Math.min(drainMs, 5_000)))];
}

/** How often a process of each case has to have begun: once, and again each time that the case was opened anew. */
function begunIn(events: Told['events']): Map<string, number> {
  const begun = new Map<string, number>();
  for (const { action, case: id } of events)
    if (id !== null && /^(intake\.accepted|payment-run\.opened|(invoice|payment-run)\.reopened)$/.test(action)) begun.set(id, (begun.get(id) ?? 0) + 1);
  return begun;
}

/** Lists of processes lag a little behind; a fault that goes away within some seconds was none. */
async function processFaults(house: House, begun: ReadonlyMap<string, number>, lagMs: number): Promise<string[]> {
  for (const until = Date.now() + lagMs; ; ) {
    const runs = new Map<string, number>();
    for await (const { workflowId } of house.client.workflow.list({ query: `WorkflowType in ('${invoiceToPayWorkflow}', '${paymentRunWorkflow}') and ExecutionStatus != 'ContinuedAsNew'` })) runs.set(caseOf(workflowId), (runs.get(caseOf(workflowId)) ?? 0) + 1);
    const faults = [
      ...[...begun.keys()].filter((id) => !runs.has(id)).map((id) => `I1: ${id} has no process`),
      ...[...runs].filter(([id, count]) => count > (begun.get(id) ?? 1)).map(([id]) => `I1: ${id} has several processes`),
      ...[...runs.keys()].filter((id) => !begun.has(id)).map((id) => `I1: ${id} has a process and no intake`),
    ];
    if (faults.length === 0 || Date.now() >= until) return faults;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** `ap-payment-run/DE01/2026-11-21/1` is the process of the run `DE01-run-2026-11-21-1`. */
function caseOf(workflowId: string): string {
  const [, entity, date, seq] = /^ap-payment-run\/([^/]+)\/([^/]+)\/(\d+)$/.exec(workflowId) ?? [];
  return entity === undefined ? workflowId.slice(workflowId.lastIndexOf('/') + 1) : `${entity}-run-${date}-${seq}`;
}

/** I2: a business key has one document, however often it was sent, and so has a supplier's number. */
function oneDocumentEach({ documents }: Told): string[] {
  const live = documents.filter(({ status }) => status === 'POSTED');
  const number = ({ companyCode, vendorNo, docType, vendorInvoiceNo }: ErpDocument) => [companyCode, vendorNo, docType, vendorInvoiceNo?.toUpperCase()].join('/');
  return [...several(documents.map(({ externalRef }) => externalRef as string), 'the key'), ...several(live.map(number), 'the number')];
}

function several(names: readonly string[], what: string): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([name, count]) => `I2: ${what} ${name} has ${count} documents`);
}

/** I3: assessed = posted = in the counterpart's books, to the cent, and what is reversed for us is reversed there. */
function sameAmounts({ documents }: Told, stories: ReadonlyMap<string, CaseStory>): string[] {
  const known = new Set<string>();
  const broken = [...stories.values()].flatMap((story) => postingsIn(story, 'posted').flatMap(({ posting: { key, amount }, decisionHash }) => {
    known.add(key);
    const document = documents.find(({ externalRef }) => externalRef === key);
    if (!document) return [`I3: ${key} is posted for us and not there`];
    const theirs = `${signedMinor(document)} ${document.currencyCode}`;
    const assessed = story.steps.map(({ transition }) => transition).find((step) => step.kind === 'assessed' && step.decisionHash === decisionHash);
    const stated = [amount, assessed?.kind === 'assessed' ? assessed.payable : undefined].map((money) => (money ? `${money.minor} ${money.currency}` : 'nothing'));
    const reversed = postingsIn(story, 'reversed').some(({ posting }) => posting.key === key);
    return [
      ...stated.filter((ours) => ours !== theirs).map((ours) => `I3: ${key} is ${ours} for us and ${theirs} there`),
      ...(reversed === (document.status === 'REVERSED') ? [] : [`I3: ${key} is ${reversed ? 'reversed' : 'live'} for us and ${document.status} there`]),
    ];
  }));
  const surplus = documents.filter(({ externalRef }) => !known.has(externalRef ?? '')).map(({ externalRef }) => `I3: ${externalRef} is there and not posted for us`);
  return [...broken, ...surplus];
}

/** I3: what is released for payment for us, and was not reversed since, has no payment block there. */
function releasedThere({ documents }: Told, stories: ReadonlyMap<string, CaseStory>): string[] {
  return [...stories.values()].flatMap((story) => {
    const last = new Map(postingsIn(story).map(({ posting: { key, status } }) => [key, status]));
    const blocked = documents.filter(({ externalRef, payBlock }) => last.get(externalRef ?? '') === 'released' && payBlock !== '');
    return blocked.map(({ externalRef }) => `I3: ${externalRef} is released for us and blocked for payment there`);
  });
}

function signedMinor({ payableValue, docType }: ErpDocument): bigint {
  return BigInt(payableValue.replace('.', '')) * (docType === 'CRM' ? -1n : 1n);
}

/** I4: the chain verifies from its first event to its head, without a gap. */
async function chainVerifies(house: House): Promise<string[]> {
  const verdict = await verifyLog(await databaseLog(house.db), undefined);
  return verdict.ok ? [] : verdict.chainFaults.map((fault) => `I4: ${fault.message}`);
}

/** I4: what can happen once is told once; a case that was opened again may end again. */
function oneRecordPerTransition(stories: ReadonlyMap<string, CaseStory>): string[] {
  return [...stories.values()].flatMap(({ id, steps }) => {
    let lives = 1;
    const once = steps.flatMap(({ transition }) => {
      if (transition.kind === 'reopened') lives += 1;
      if (transition.kind === 'posting' && transition.status !== 'unknown' && transition.status !== 'refused') return [`${transition.status} of ${transition.key}`];
      if (transition.kind === 'ended') return [lives === 1 ? 'the end' : `the end of life ${lives}`];
      return [];
    });
    return once.filter((what, index) => once.indexOf(what) !== index).map((what) => `I4: ${id} tells ${what} twice`);
  });
}

/** I6: nothing waits that nobody waits for, `drainMs` after the last fault; by then what the ERP booked is told, too. */
async function stuckAfter(house: House, cases: readonly string[], drainMs: number): Promise<string[]> {
  for (const until = Date.now() + drainMs; ; ) {
    const told = await hear(house);
    const stuck = [...(await nothingStuck(house, cases)), ...(await workListsAgree(house)), ...notBookedYet(told), ...bookingsTold(told)];
    if (stuck.length === 0 || Date.now() >= until) return stuck;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function nothingStuck(house: House, cases: readonly string[]): Promise<string[]> {
  const waiting = await sql<{ id: string; kind: string; last_error: string | null }>(house.db, `select id, kind, last_error from outbox where state = 'waiting'`);
  const idle = await sql<{ id: string; stage: string }>(house.db, `select id, stage from cases where id = any (:cases::text[]) and closed_at is null and (stage in ('received', 'checked', 'parked', 'resumed', 'reopened', 'posting-outcome-unknown') or (stage in ('approval', 'exception') and awaiting_roles = '{}'))`, { cases });
  const runs = await sql<{ id: string; stage: string }>(house.db, `select id, stage from cases where process = :process and closed_at is null and stage not in ('approval', 'release', 'awaiting-bank')`, { process: paymentRunProcess });
  return [...waiting.map(({ id, kind, last_error }) => `I6: message ${id} (${kind}) waits: ${last_error}`), ...[...idle, ...runs].map(({ id, stage }) => `I6: ${id} is stuck in ${stage}`)];
}

/**
 * I7: after a send without an answer the counterpart was asked before anything was sent again, and so late after the send came in that it could
 * no longer carry that one out. What counts is when the counterpart got them: a line may have held the first one back for a while.
 */
function enquiredBeforeResending({ requests }: Told, processingLimitMs: number): string[] {
  const broken: string[] = [];
  const open = new Map<string, { at: number; enquiredAt?: number }>();
  for (const { route, reference, outcome, status, at } of requests) {
    if (reference === undefined) continue;
    const before = open.get(reference);
    if (before && enquiries.has(route)) before.enquiredAt = Date.parse(at);
    if (!isSend(route)) continue;
    if (before && before.enquiredAt === undefined) broken.push(`I7: ${reference} was sent again without an enquiry`);
    else if (before?.enquiredAt !== undefined && before.enquiredAt - before.at < processingLimitMs) broken.push(`I7: ${reference} was sent again after an enquiry ${before.enquiredAt - before.at} ms after the first one came in, which could still have been carried out`);
    const settled = outcome === 'throttle' || outcome === 'refuse' || (outcome === 'answered' && status !== undefined && status >= 400 && status < 500);
    if (settled) open.delete(reference);
    else open.set(reference, { at: Date.parse(at) });
  }
  return broken;
}

const enquiries = new Set(['erp.invoices.find', 'bank.files.find']);
const sends = new Set(['erp.invoices.post', 'erp.invoices.reverse', 'erp.payments.post', 'erp.payments.reverse', 'bank.files.post']);

/** A request that has an effect at a counterpart. */
export function isSend(route: string): boolean {
  return sends.has(route);
}

/** I8: what the lists show is what the events say, at one moment: a run may still be closing while it is judged. */
async function readModelIsReplay(house: House, cases: readonly string[], storiesIn: typeof storiesOf, version: string): Promise<string[]> {
  return inTransaction(house.db, async (trx) => {
    await sql(trx, `set transaction isolation level repeatable read, read only`);
    const stories = storiesIn({ events: await eventsIn(trx) });
    const broken: string[] = [];
    for (const id of cases) {
      const found = await readCase(trx, id);
      if (!found) continue;
      const steps = stories.get(id)?.steps.map(({ transition }) => transition) ?? [];
      const replayed = applyTransitions(initialProgress(found.case.correlationId, version), steps);
      if (JSON.stringify(sorted(replayed)) !== JSON.stringify(sorted(found.progress))) broken.push(`I8: ${id} differs from the replay of its events in ${differing(replayed, found.progress)}`);
    }
    return broken;
  });
}

function differing(replayed: object, shown: object): string {
  const text = (value: unknown) => JSON.stringify(sorted(value));
  return Object.entries(replayed).filter(([name, value]) => text(value) !== text(Reflect.get(shown, name))).map(([name]) => name).join(', ');
}

/** I9: no account, tax id, name or token in any log. */
function secretsInLogs({ processes, settings }: House): string[] {
  const password = new URL(settings.databaseUrl as string).password;
  const canaries = [/\b[A-Z]{2}\d{2}[A-Z0-9]{12,30}\b/, /\bDE\d{9}\b/, /Bearer /, /\beyJ[\w-]{10,}\./, /BEGIN PRIVATE KEY/, new RegExp(password), ...ofSuppliers(settings.home)];
  const folder = join(processes.folder, 'logs');
  const names = readdirSync(folder);
  if (names.length === 0) return ['I9: there is no log to look at'];
  return names.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return canaries.filter((canary) => canary.test(text)).map((canary) => `I9: ${name} shows ${canary.source === password ? 'the password of the database' : String(canary)}`);
  });
}

const confidential = new Set(['legalName', 'holder', 'iban', 'accountNo', 'vatRegNo', 'taxNo']);
const shortestTold = 8;

/** Names, accounts and tax ids of all suppliers that the ERP of a house is given. */
function ofSuppliers(home: string): RegExp[] {
  const found = new Set<string>();
  const collect = (value: unknown, name?: string): void => {
    if (typeof value === 'object' && value !== null) for (const [key, member] of Object.entries(value)) collect(member, Array.isArray(value) ? name : key);
    else if (name !== undefined && confidential.has(name) && typeof value === 'string' && value.length >= shortestTold) found.add(value);
  };
  for (const company of ['DE01', 'US01']) collect((JSON.parse(readFileSync(join(home, 'sandbox', 'seed', `${company}.json`), 'utf8')) as { vendors: unknown }).vendors);
  return [...found].map((text) => new RegExp(text.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));
}
