import type { Db } from '../db/client.ts';
import { readEntity } from '../db/repositories/directory.ts';
import { KontorError } from '../domain/errors.ts';
import type { LegalEntity } from '../domain/model/legal-entity.ts';

/** Something that must be there by construction; its absence is for an operator. */
export function requiredOf<Found>(found: Found | undefined, what: string, id: string): Found {
  if (found === undefined) throw new KontorError('unknown-resource', `The ${what} of ${id} is not there.`);
  return found;
}

export async function requiredEntity(db: Db, id: string): Promise<LegalEntity> {
  return requiredOf(await readEntity(db, id), 'legal entity', id);
}
