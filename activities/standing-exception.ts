import type { Trx } from '../db/client.ts';
import { openException, readException, resolveException, type NewException } from '../db/repositories/exceptions.ts';

/** What nobody can decide by a code of a document: it waits until the trouble is over. */
export type StandingException = Omit<NewException, 'id' | 'reasonCode' | 'actionCode' | 'findings'> & Partial<Pick<NewException, 'reasonCode' | 'actionCode'>>;

/** One open case at a time of a trouble that comes again, under the name `first`: what a person has closed and is found again is the next one. Answers its id. */
export async function openStandingException(trx: Trx, first: string, found: StandingException): Promise<string> {
  const { id, isOpen } = await standing(trx, first);
  if (!isOpen) await openException(trx, { id, reasonCode: 'OTH', actionCode: 'NOA', findings: [], ...found });
  return id;
}

export async function isStanding(trx: Trx, first: string): Promise<boolean> {
  return (await standing(trx, first)).isOpen;
}

/** What it told of went through. */
export async function closeStandingException(trx: Trx, first: string, by: string): Promise<void> {
  const { id, isOpen } = await standing(trx, first);
  if (isOpen) await resolveException(trx, id, { resolution: 'went-through', by });
}

/** The open case of this name, or the name that the next one gets. */
async function standing(trx: Trx, first: string): Promise<{ id: string; isOpen: boolean }> {
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? first : `${first}-${number}`;
    const found = await readException(trx, id);
    if (found?.state === 'open' || !found) return { id, isOpen: found !== undefined };
  }
}
