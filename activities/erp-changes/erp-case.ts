import type { Trx } from '../../db/client.ts';
import { lockException, setExceptionSource } from '../../db/repositories/exceptions.ts';
import { errorCatalogue, type ErrorCode } from '../../domain/errors.ts';
import { closeStandingException, openStandingException } from '../standing-exception.ts';
import { technicalDueAt, technicalOwner } from '../technical-owner.ts';

/** So many entries are named; how many there were is counted. */
const mostNamed = 100;

/** Nobody has read the changes of the company's ERP for a while, which its technical owner looks at (guarantee 8). */
export async function openSilence(trx: Trx, entity: string, failure: { code: ErrorCode; message: string }, now: Date): Promise<void> {
  const { title, remedy } = errorCatalogue[failure.code];
  await open(trx, silenceId(entity), { entity, now, code: failure.code, title: `${title} (changes of the ERP)`, source: { channel: 'erp' },
    suggestion: `${failure.message} ${remedy} Documents that wait for a receipt or a changed order do not hear of it; it is tried again with every look, and this closes by itself.` });
}

export function closeSilence(trx: Trx, entity: string): Promise<void> {
  return closeStandingException(trx, silenceId(entity), 'system:erp-changes');
}

/** What the ERP told and nobody could read was passed: one open case names it all. */
export async function openUnread(trx: Trx, entity: string, unread: readonly string[], now: Date): Promise<void> {
  const { remedy } = errorCatalogue['counterpart-unreadable'];
  const id = await open(trx, `${entity}-erp-unread`, { entity, now, code: 'counterpart-unreadable', title: 'Changes that the ERP told of cannot be read', source: { channel: 'erp', unread: [], count: 0 },
    suggestion: `They were passed, and those after them were taken. ${remedy} A document that waits for one of them goes on with the next change of its order, or a person looks at it when its deadline comes.` });
  const { unread: named, count } = (await lockException(trx, id))!.source as { unread: string[]; count: number };
  const more = unread.filter((one) => !named.includes(one));
  await setExceptionSource(trx, id, { channel: 'erp', unread: [...named, ...more].slice(0, mostNamed), count: count + more.length });
}

function silenceId(entity: string): string {
  return `${entity}-erp-silent`;
}

async function open(trx: Trx, first: string, { now, ...found }: { entity: string; now: Date; code: ErrorCode; title: string; suggestion: string; source: Record<string, unknown> }): Promise<string> {
  const dueAt = await technicalDueAt({ db: trx }, found.entity, now.toISOString());
  return openStandingException(trx, first, { ...found, origin: 'technical', ownerRole: technicalOwner, dueAt, correlationId: `poll-${found.entity}` });
}
