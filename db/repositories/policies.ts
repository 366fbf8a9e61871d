import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { KontorError } from '../../domain/errors.ts';
import { policySchemas, type PolicyKind, type Versioned } from '../../domain/policy/index.ts';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';
import { json, sql, type Db, type Trx } from '../client.ts';
import { appendAudit, INSTALLATION } from './audit.ts';

type ContentOf<Kind extends PolicyKind> = z.infer<(typeof policySchemas)[Kind]>;

export interface PolicyProposal {
  kind: PolicyKind;
  name: string;
  content: unknown;
  /** The file's text as it was imported. */
  source: string;
  effectiveFrom: string;
  importedBy: string;
  correlationId: string;
}

/** `name@sha256` of the canonical content: the same content always has the same version. */
export function policyVersion(name: string, content: unknown): string {
  return `${name}@${createHash('sha256').update(canonicalJson(content)).digest('hex')}`;
}

/** Stores an immutable version; importing the same content again changes nothing. It counts only once it is activated. */
export async function importPolicy(trx: Trx, proposal: PolicyProposal): Promise<{ version: string; added: boolean }> {
  const content: unknown = policySchemas[proposal.kind].parse(proposal.content);
  const version = policyVersion(proposal.name, content);
  const rows = await sql(
    trx,
    `insert into policies (version, kind, name, sha256, content, source, effective_from, imported_by)
     values (:version, :kind, :name, :sha256, :content, :source, :effectiveFrom, :importedBy) on conflict (version) do nothing returning 1`,
    { ...proposal, version, sha256: version.slice(version.lastIndexOf('@') + 1), content: json(content) },
  );
  const added = rows.length === 1;
  if (added)
    await appendAudit(trx, INSTALLATION, [
      { action: 'policy.imported', actor: proposal.importedBy, correlationId: proposal.correlationId, data: { version, kind: proposal.kind, effectiveFrom: proposal.effectiveFrom } },
    ]);
  return { version, added };
}

export interface Activation {
  version: string;
  /** Defaults to the date in the file. */
  effectiveFrom?: string;
  proposedBy: string;
  approvedBy: string;
  correlationId: string;
}

/** Puts a version in force from a date; two different persons (by employee, not by log-in) have to stand for it. */
export async function activatePolicy(trx: Trx, activation: Activation): Promise<{ effectiveFrom: string }> {
  const { version, proposedBy, approvedBy } = activation;
  const [policy] = await sql<{ effective_from: string }>(trx, `select effective_from from policies where version = :version`, { version });
  if (policy === undefined) throw new KontorError('unknown-resource', `No policy version ${version} was imported.`);
  await refuseOnePerson(trx, proposedBy, approvedBy);
  const effectiveFrom = activation.effectiveFrom ?? policy.effective_from;
  await sql(
    trx,
    `insert into policy_activations (version, effective_from, proposed_by, approved_by) values (:version, :effectiveFrom, :proposedBy, :approvedBy)`,
    { version, effectiveFrom, proposedBy, approvedBy },
  );
  await appendAudit(trx, INSTALLATION, [
    { action: 'policy.activated', actor: approvedBy, correlationId: activation.correlationId, data: { version, effectiveFrom, proposedBy } },
  ]);
  return { effectiveFrom };
}

async function refuseOnePerson(trx: Trx, proposedBy: string, approvedBy: string): Promise<void> {
  const ids = [proposedBy, approvedBy].map((actor) => actor.replace(/^person:/, ''));
  const known = await sql<{ id: string; employee_id: string; active: boolean }>(trx, `select id, employee_id, active from persons where id = any (:ids::text[])`, { ids });
  const humans = ids.map((id) => known.find((person) => person.id === id));
  for (const [index, id] of ids.entries()) {
    if (!humans[index]?.active) throw new KontorError('not-permitted', `${id} is not an active person of this installation.`);
  }
  if (humans[0]?.employee_id === humans[1]?.employee_id) throw new KontorError('duties-conflict', 'A policy is activated by two different persons.');
}

/** Contents never change under their version, so they are kept in memory for good; which version counts is asked each time. */
const contents = new Map<string, unknown>();

/**
 * The version in force on a date: of the activations that have begun, the one that begins last, and of those the newest.
 * One round trip for all that are wanted, and one more only for contents that this process has not seen.
 */
export async function activePolicies<Kind extends PolicyKind>(
  db: Db,
  wanted: readonly { kind: Kind; name: string }[],
  date: string,
): Promise<Versioned<ContentOf<Kind>>[]> {
  const found = await sql<{ kind: string; name: string; version: string }>(
    db,
    `select distinct on (p.kind, p.name) p.kind, p.name, p.version
       from policies p join policy_activations a using (version) join unnest(:kinds::text[], :names::text[]) as w (kind, name) on w.kind = p.kind and w.name = p.name
      where a.effective_from <= :date order by p.kind, p.name, a.effective_from desc, a.id desc`,
    { kinds: wanted.map((entry) => entry.kind), names: wanted.map((entry) => entry.name), date },
    'policies-active',
  );
  await loadContents(db, found.map((row) => row.version));
  return wanted.map(({ kind, name }) => {
    const active = found.find((row) => row.kind === kind && row.name === name);
    if (active === undefined) throw new KontorError('policy-not-active', `No version of the ${kind} policy ${name} is in force on ${date}.`);
    return { version: active.version, content: contents.get(active.version) as ContentOf<Kind> };
  });
}

export async function activePolicy<Kind extends PolicyKind>(db: Db, kind: Kind, name: string, date: string): Promise<Versioned<ContentOf<Kind>>> {
  const [policy] = await activePolicies(db, [{ kind, name }], date);
  return policy as Versioned<ContentOf<Kind>>;
}

/** A version that a running case is bound to (A9), whether or not it is still in force. */
export async function policyByVersion<Kind extends PolicyKind>(db: Db, kind: Kind, version: string): Promise<Versioned<ContentOf<Kind>>> {
  await loadContents(db, [version]);
  const content = contents.get(version);
  if (content === undefined) throw new KontorError('unknown-resource', `No ${kind} policy version ${version} was imported.`);
  return { version, content: content as ContentOf<Kind> };
}

async function loadContents(db: Db, versions: readonly string[]): Promise<void> {
  const missing = versions.filter((version) => !contents.has(version));
  if (missing.length === 0) return;
  const rows = await sql<{ version: string; kind: PolicyKind; content: unknown }>(db, `select version, kind, content from policies where version = any (:missing::text[])`, { missing });
  for (const row of rows) contents.set(row.version, policySchemas[row.kind].parse(row.content));
}

export interface ListedPolicy {
  version: string;
  kind: string;
  name: string;
  effectiveFrom: string;
  importedBy: string;
  createdAt: string;
  /** Begins of its activations, oldest first; empty for a proposal. */
  activeFrom: string[];
  inForce: boolean;
}

/** Every version, by kind and name, newest first. */
export async function listPolicies(db: Db, date: string): Promise<ListedPolicy[]> {
  return sql<ListedPolicy>(
    db,
    `with in_force as (
       select distinct on (p.kind, p.name) p.version from policies p join policy_activations a using (version)
        where a.effective_from <= :date order by p.kind, p.name, a.effective_from desc, a.id desc)
     select p.version, p.kind, p.name, p.effective_from as "effectiveFrom", p.imported_by as "importedBy", p.created_at as "createdAt",
            array(select a.effective_from::text from policy_activations a where a.version = p.version order by a.effective_from, a.id) as "activeFrom",
            p.version in (select version from in_force) as "inForce"
       from policies p order by p.kind, p.name, p.created_at desc`,
    { date },
  );
}
