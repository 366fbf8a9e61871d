import type { Db } from '../db/client.ts';
import { readEntity } from '../db/repositories/directory.ts';
import { activePolicy } from '../db/repositories/policies.ts';
import { addBusinessHours } from '../domain/calendar/business-hours.ts';

/** Who looks after what the technology keeps from going on, and how long that may take. */
export const technicalOwner = 'operator';
const technicalHours = 4;

/** When a technical owner has to have looked, `at` being now. A case may park because its own policies cannot be read; then it is due at once. */
export async function technicalDueAt({ db }: { db: Db }, entity: string, at: string): Promise<string> {
  const company = await readEntity(db, entity);
  const calendar = company && (await activePolicy(db, 'calendar', company.calendar, at.slice(0, 10)).catch(() => undefined));
  return calendar ? addBusinessHours(calendar.content, at, technicalHours) : at;
}
