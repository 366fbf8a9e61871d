import type { Trx } from '../db/client.ts';
import { readException } from '../db/repositories/exceptions.ts';

/** One open case at a time of a trouble that comes again: the open one of this name, or the name that the next one gets where a person has closed what is found again. */
export async function standingException(trx: Trx, first: string): Promise<{ id: string; isOpen: boolean }> {
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? first : `${first}-${number}`;
    const found = await readException(trx, id);
    if (found?.state === 'open' || !found) return { id, isOpen: found !== undefined };
  }
}
