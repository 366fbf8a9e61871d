import { createSession, type Session } from 'better-sse';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { chainHeads, eventsAfter } from '../../db/repositories/audit.ts';
import { readPerson } from '../../db/repositories/directory.ts';
import { KontorError } from '../../domain/errors.ts';
import { auditEventSchema } from '../../domain/model/audit-event.ts';
import type { Person } from '../../domain/model/person.ts';
import { readAs } from '../access.ts';
import { operation, type Call, type Caller, type Operation } from '../operation.ts';

/** Position reached in each chain, by entity; those of companies that the caller may not see stay here. */
type Positions = Record<string, string>;

const idSchema = z.record(z.string().regex(/^(\*|[A-Z0-9]{2,12})$/), z.string().regex(/^\d{1,18}$/));

const lookEveryMs = 500;
const heartbeatMs = 15_000;
/** Rights may have been revoked meanwhile: a stream ends no later than this many looks after it. */
const looksPerCheck = 8;
const streamsPerPerson = 5;
const batch = 500;

/**
 * Everything that happens, as it happens: the audit chains of the companies that the caller may see, without their `data`. Each
 * event's id is the position in these chains and in no others, so that `Last-Event-ID` resumes without a gap and tells of nobody else.
 */
export function eventRoutes(db: Db): Operation[] {
  const open = new Map<string, number>();
  return [
    operation({
      id: 'streamEvents',
      method: 'get',
      path: '/v1/events',
      tag: 'events',
      summary: 'Live events (SSE); `Last-Event-ID` resumes',
      permission: 'events:read',
      responses: { 200: { description: 'A stream; each event is named by its action', mediaType: 'text/event-stream' } },
      async handle({ request, response, caller, header }) {
        const streams = open.get(caller.personId) ?? 0;
        if (streams >= streamsPerPerson) throw new KontorError('too-many-requests', `One person has at most ${streamsPerPerson} streams open.`, { retryAfterMs: heartbeatMs });
        const positions = await startingPoint(db, header('last-event-id'));
        const session = await createSession(request, response, { keepAlive: heartbeatMs, retry: 2_000 });
        open.set(caller.personId, streams + 1);
        session.once('disconnected', () => open.set(caller.personId, (open.get(caller.personId) ?? 1) - 1));
        void follow(db, caller, session, positions).catch(() => response.destroy());
        return 'streaming';
      },
    }),
  ];
}

async function startingPoint(db: Db, lastEventId: string | undefined): Promise<Positions> {
  const now = Object.fromEntries((await chainHeads(db)).map(({ entity, seq }) => [entity, seq]));
  return { ...now, ...(lastEventId === undefined ? {} : decoded(lastEventId)) };
}

async function follow(db: Db, caller: Caller, session: Session, positions: Positions): Promise<void> {
  let person = caller.person;
  for (let look = 1; session.isConnected; look += 1) {
    if (look % looksPerCheck === 0) person = await personNow(db, caller);
    const heads = await readAs(db, person, chainHeads);
    const visible = heads.map(({ entity }) => entity);
    let behind = false;
    for (const { entity, seq } of heads) behind = (await send((work) => readAs(db, person, work), session, positions, visible, entity, seq)) || behind;
    if (!behind) await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** @throws KontorError `not-authenticated` once the person has left */
async function personNow(db: Db, { personId }: Caller): Promise<Person> {
  const person = await readPerson(db, personId);
  if (!person?.active) throw new KontorError('not-authenticated', 'This person is not known here (any more).');
  return person;
}

/** True when there is more to send at once. */
async function send(read: Call<unknown, unknown, unknown>['read'], session: Session, positions: Positions, visible: readonly string[], entity: string, head: string): Promise<boolean> {
  const reached = positions[entity] ?? '0';
  if (BigInt(head) <= BigInt(reached)) return false;
  const events = await read((db) => eventsAfter(db, entity, reached, batch));
  for (const { seq, event } of events) {
    positions[entity] = seq;
    const { data: _data, prev: _prev, v: _v, ...told } = auditEventSchema.parse(JSON.parse(event));
    session.push(told, told.action, encoded(positions, visible));
  }
  return events.length === batch;
}

function encoded(positions: Positions, visible: readonly string[]): string {
  return Buffer.from(JSON.stringify(Object.fromEntries(visible.flatMap((entity) => (positions[entity] === undefined ? [] : [[entity, positions[entity]]]))))).toString('base64url');
}

function decoded(id: string): Positions {
  try {
    const positions = idSchema.safeParse(JSON.parse(Buffer.from(id, 'base64url').toString('utf8')));
    if (positions.success) return positions.data;
  } catch {
    // falls through to the one refusal
  }
  throw new KontorError('request-invalid', 'Last-Event-ID is not one that this stream gave out.', { place: { path: 'Last-Event-ID' } });
}
