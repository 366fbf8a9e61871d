import { randomUUID } from 'node:crypto';
import { legalEntitySchema, type LegalEntity } from '../../domain/model/legal-entity.ts';
import { delegationSchema, personSchema, type Delegation, type Person } from '../../domain/model/person.ts';
import { json, sql, type Db, type Trx } from '../client.ts';
import { casesAsking } from './approvals.ts';
import type { Reader } from './inbox.ts';
import { tellPeopleChanged } from './outbox.ts';

export async function saveEntity(trx: Trx, entity: LegalEntity): Promise<void> {
  await sql(
    trx,
    `insert into legal_entities (entity, settings) values (:id, :settings) on conflict (entity) do update set settings = excluded.settings, updated_at = clock_timestamp()`,
    { id: entity.id, settings: json(entity) },
  );
}

export async function readEntity(db: Db, id: string): Promise<LegalEntity | undefined> {
  const [row] = await sql<{ settings: unknown }>(db, `select settings from legal_entities where entity = :id`, { id }, 'entity-read');
  return row && legalEntitySchema.parse(row.settings);
}

export async function listEntities(db: Db): Promise<LegalEntity[]> {
  const rows = await sql<{ settings: unknown }>(db, `select settings from legal_entities order by entity`);
  return rows.map((row) => legalEntitySchema.parse(row.settings));
}

/** Ids of the companies that have taken a document in. */
export async function companiesWithDocuments(db: Db): Promise<ReadonlySet<string>> {
  const rows = await sql<{ entity: string }>(db, `select entity from legal_entities e where exists (select from cases c where c.entity = e.entity)`);
  return new Set(rows.map(({ entity }) => entity));
}

/** Writes a person with exactly these roles: what is absent is revoked from this moment (S9), and open work that asked for it is told (A9). */
export async function savePerson(trx: Trx, person: Person): Promise<void> {
  const before = await readPerson(trx, person.id);
  await writePerson(trx, person);
  if (before?.active && losesAnything(before, person)) await tellOpenWork(trx, before);
}

function losesAnything(before: Person, after: Person): boolean {
  const held = (person: Person) => new Map(person.roles.map((role) => [`${role.entity} ${role.role}`, JSON.stringify([role.limit ?? null, role.costCentres ?? null])]));
  const now = held(after);
  return !after.active || [...held(before)].some(([role, limits]) => now.get(role) !== limits);
}

/** Each waiting process sees for itself who is to be asked now. */
async function tellOpenWork(trx: Trx, { id, roles }: Person): Promise<void> {
  for (const { entity, caseId, workflowId, correlationId } of await casesAsking(trx, id, roles.map(({ role }) => role)))
    await tellPeopleChanged(trx, { entity, caseId, workflowId, correlationId }, randomUUID());
}

async function writePerson(trx: Trx, person: Person): Promise<void> {
  await sql(
    trx,
    `insert into persons (id, employee_id, name, active, manager) values (:id, :employeeId, :name, :active, :manager)
     on conflict (id) do update set employee_id = excluded.employee_id, name = excluded.name, active = excluded.active, manager = excluded.manager, updated_at = clock_timestamp()`,
    { id: person.id, employeeId: person.employeeId, name: person.name, active: person.active, manager: person.manager },
  );
  await sql(trx, `delete from person_roles where person = :id`, { id: person.id });
  for (const role of person.roles)
    await sql(
      trx,
      `insert into person_roles (person, entity, role, limit_currency, limit_minor, cost_centres) values (:person, :entity, :role, :currency, :minor, :costCentres)`,
      { person: person.id, entity: role.entity, role: role.role, currency: role.limit?.currency, minor: role.limit?.minor, costCentres: role.costCentres },
    );
}

const PERSON = `
select p.id, p.employee_id as "employeeId", p.name, p.active, p.manager,
       coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('entity', r.entity, 'role', r.role, 'costCentres', r.cost_centres,
           'limit', case when r.limit_minor is not null then jsonb_build_object('currency', r.limit_currency, 'minor', r.limit_minor::text) end)) order by r.entity, r.role)
         from person_roles r where r.person = p.id), '[]') as roles
  from persons p`;

export async function readPerson(db: Db, id: string): Promise<Person | undefined> {
  const [row] = await sql<PersonRow>(db, `${PERSON} where p.id = :id`, { id }, 'person-read');
  return row && personOf(row);
}

/** Everybody with a role at the company, the inactive included: rules look at `active` themselves. */
export async function peopleOf(db: Db, entity: string): Promise<Person[]> {
  const rows = await sql<PersonRow>(
    db,
    `${PERSON} where exists (select from person_roles r where r.person = p.id and r.entity in (:entity, '*')) order by p.id`,
    { entity },
    'people-of',
  );
  return rows.map(personOf);
}

/** All persons of the installation. */
export async function listPeople(db: Db): Promise<Person[]> {
  const rows = await sql<PersonRow>(db, `${PERSON} order by p.id`);
  return rows.map(personOf);
}

type PersonRow = Omit<Person, 'manager'> & { manager: string | null };

function personOf({ manager, ...row }: PersonRow): Person {
  return personSchema.parse({ ...row, ...(manager === null ? {} : { manager }) });
}

export async function saveDelegation(trx: Trx, delegation: Delegation): Promise<void> {
  await sql(
    trx,
    `insert into delegations (id, entity, delegator, delegate, starts_at, ends_at, cap_currency, cap_minor)
     values (:id, :entity, :delegator, :delegate, :from, :to, :currency, :minor)
     on conflict (id) do update set ends_at = excluded.ends_at, cap_currency = excluded.cap_currency, cap_minor = excluded.cap_minor`,
    { ...delegation, entity: delegation.entity ?? '*', currency: delegation.cap?.currency, minor: delegation.cap?.minor },
  );
}

/** Delegations of the company that are in force at an instant: [from, to) (A6). */
export async function delegationsAt(db: Db, entity: string, at: string): Promise<Delegation[]> {
  const rows = await sql<{ id: string; entity: string; delegator: string; delegate: string; from: string; to: string; currency: string | null; minor: string | null }>(
    db,
    `select id, entity, delegator, delegate, starts_at as "from", ends_at as "to", cap_currency as currency, cap_minor as minor
       from delegations where entity in (:entity, '*') and starts_at <= :at and :at < ends_at order by id`,
    { entity, at },
    'delegations-at',
  );
  return rows.map(({ entity: scope, currency, minor, ...row }) =>
    delegationSchema.parse({ ...row, ...(scope === '*' ? {} : { entity: scope }), ...(currency === null || minor === null ? {} : { cap: { currency, minor } }) }),
  );
}

/** What a person may see and take now, by the server's clock: own roles, and those of active persons who delegated to them. */
export async function seatsOf(db: Db, person: string): Promise<Reader> {
  const rows = await sql<{ holder: string; scope: string; entity: string | null; role: string | null }>(
    db,
    `with acts_for as (
       select :person::text as holder, '*' as scope
       union select d.delegator, d.entity from delegations d where d.delegate = :person and d.starts_at <= now() and now() < d.ends_at
     )
     select a.holder, a.scope, case when a.scope = '*' then r.entity else a.scope end as entity, r.role
       from acts_for a join persons p on p.id = a.holder and p.active
       left join person_roles r on r.person = a.holder and (a.scope = '*' or r.entity in (a.scope, '*'))
      order by a.holder <> :person, a.holder, a.scope, r.role`,
    { person },
    'seats-of',
  );
  const scopes = new Map(rows.map(({ holder, scope }) => [`${holder} ${scope}`, { holder, entity: scope }]));
  return {
    person,
    actsFor: [...scopes.values()],
    seats: rows.flatMap(({ holder, entity, role }) => (entity === null || role === null ? [] : [{ entity, role, holder }])),
  };
}
