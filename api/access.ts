import type { Db } from '../db/client.ts';
import { readPerson } from '../db/repositories/directory.ts';
import { KontorError } from '../domain/errors.ts';
import type { Person } from '../domain/model/person.ts';
import type { Caller } from './operation.ts';
import { entitiesWith, type Permission } from './permissions.ts';

/** The caller as the directory knows them now: a role that was revoked a second ago does not count (S9). */
export async function personOf(db: Db, caller: Caller): Promise<Person> {
  const person = await readPerson(db, caller.personId);
  if (!person?.active) throw new KontorError('not-authenticated', 'This person is not known here (any more).');
  return person;
}

/** Companies in which the caller has the right, as a list filter: undefined stands for all. */
export async function visibleEntities(db: Db, caller: Caller, permission: Permission, asked?: string): Promise<string[] | undefined> {
  const granted = entitiesWith(await personOf(db, caller), permission);
  if (granted.includes('*')) return asked === undefined ? undefined : [asked];
  if (asked === undefined) return granted;
  return granted.includes(asked) ? [asked] : [];
}

/**
 * Something of another company is answered as unknown: its existence is not told (S4). A right that the caller has in another
 * company only is refused where the thing itself is visible.
 */
export async function requireEntity(db: Db, caller: Caller, permission: Permission, entity: string, what: string): Promise<void> {
  const person = await personOf(db, caller);
  const has = (right: Permission) => entitiesWith(person, right).some((granted) => granted === '*' || granted === entity);
  if (has(permission)) return;
  if (has('me:read')) throw new KontorError('not-permitted', `Your roles at this company do not include the right ${permission}.`);
  throw unknown(what);
}

export function unknown(what: string): KontorError {
  return new KontorError('unknown-resource', `There is no ${what} with this id, or it is not yours to see.`);
}
