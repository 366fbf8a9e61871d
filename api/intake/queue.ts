import type { Db } from '../../db/client.ts';
import { listEntities, readEntity } from '../../db/repositories/directory.ts';
import { activePolicy } from '../../db/repositories/policies.ts';
import { addBusinessHours } from '../../domain/calendar/business-hours.ts';
import { KontorError } from '../../domain/errors.ts';
import { hoursFor } from '../../domain/rules/accounts-payable/findings.ts';

const clerk = 'ap-clerk';

/**
 * Who looks after a delivery that was refused, and until when by the company's deadlines and calendar. For no known company it is the
 * operators', by the calendar of the first company.
 */
export async function intakeQueue(db: Db, entity: string | undefined, now: Date): Promise<{ ownerRole: string; dueAt: string }> {
  const named = entity === undefined ? undefined : await readEntity(db, entity);
  const company = named ?? (await listEntities(db))[0];
  if (!company) throw new KontorError('policy-not-active', 'There is no company yet.');
  const at = now.toISOString();
  const calendar = await activePolicy(db, 'calendar', company.calendar, at.slice(0, 10));
  const deadlines = (await activePolicy(db, 'deadlines', company.policies.deadlines, at.slice(0, 10))).content;
  const ownerRole = named ? clerk : deadlines.exceptions.operatorQueue;
  return { ownerRole, dueAt: addBusinessHours(calendar.content, at, hoursFor(ownerRole, deadlines)) };
}
