import { inEntityScope, type Db } from '../db/client.ts';
import { KontorError } from '../domain/errors.ts';
import type { Person } from '../domain/model/person.ts';
import type { Caller } from './operation.ts';
import { entitiesWith, type Permission } from './permissions.ts';

/**
 * The one way in which a request reads: the database shows the companies where the person has a role, and nothing else, whatever
 * the query forgets to ask (S4, S21). Nothing can be written on it. Which right is needed in which of these companies is the route's.
 */
export function readAs<Result>(db: Db, person: Person, work: (scoped: Db) => Promise<Result>): Promise<Result> {
  return inEntityScope(db, entitiesWith(person, 'me:read'), work, { readOnly: true });
}

/** Companies in which the caller has the right, as a list filter: undefined stands for all. */
export function visibleEntities({ person }: Pick<Caller, 'person'>, permission: Permission, asked?: string): string[] | undefined {
  const granted = entitiesWith(person, permission);
  if (granted.includes('*')) return asked === undefined ? undefined : [asked];
  if (asked === undefined) return granted;
  return granted.includes(asked) ? [asked] : [];
}

/** Whether the caller has the right in this company. */
export function mayIn({ person }: Pick<Caller, 'person'>, permission: Permission, entity: string): boolean {
  return entitiesWith(person, permission).some((granted) => granted === '*' || granted === entity);
}

/**
 * Something of another company is answered as unknown: its existence is not told (S4). A right that the caller has in another
 * company only is refused where the thing itself is visible.
 */
export function requireEntity(caller: Pick<Caller, 'person'>, permission: Permission, entity: string, what: string): void {
  if (mayIn(caller, permission, entity)) return;
  if (mayIn(caller, 'me:read', entity)) throw new KontorError('not-permitted', `Your roles at this company do not include the right ${permission}.`);
  throw unknown(what);
}

export function unknown(what: string): KontorError {
  return new KontorError('unknown-resource', `There is no ${what} with this id, or it is not yours to see.`);
}
