import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSession, type Session } from 'better-sse';
import type { Response } from 'express';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { chainHeads, eventsAfter, type ChainHead } from '../../db/repositories/audit.ts';
import { readPerson } from '../../db/repositories/directory.ts';
import { KontorError } from '../../domain/errors.ts';
import { auditEventSchema } from '../../domain/model/audit-event.ts';
import type { Person } from '../../domain/model/person.ts';
import { readAs, visibleEntities } from '../access.ts';
import { operation, type Caller, type Operation } from '../operation.ts';

/** Position reached in each chain, by entity; those of companies that the caller may not see stay here. */
type Positions = Map<string, string>;

interface Stream {
  session: Session;
  response: Response;
  /** Aborted when the client has left. */
  left: AbortSignal;
  positions: Positions;
  /** When something was last written, in milliseconds since 1970. */
  writtenAt: number;
}

const idSchema = z.record(z.string(), z.unknown());
const positionSchema = z.string().regex(/^\d{1,18}$/);

const lookEveryMs = 500;
const heartbeatMs = 15_000;
/** Rights may have been revoked meanwhile: a stream ends no later than this after it. */
const checkEveryMs = 4_000;
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
        const left = whenLeft(response);
        takePlace(open, caller.personId, left);
        const positions = await startingPoint(db, header('last-event-id'));
        const session = await createSession(request, response, { keepAlive: null, retry: 2_000 });
        void follow(db, caller, { session, response, left, positions, writtenAt: Date.now() }).catch(() => response.destroy());
        return 'streaming';
      },
    }),
  ];
}

/** The answer may end while its connection lives on; and of an answer that waits for its turn in a connection, only that tells its end. */
function whenLeft(response: Response): AbortSignal {
  const { socket } = response.req;
  const controller = new AbortController();
  const leave = () => {
    for (const end of [response, socket]) end.off('close', leave);
    controller.abort();
  };
  for (const end of [response, socket]) end.once('close', leave);
  if (socket.destroyed) leave();
  return controller.signal;
}

/** Before anything is waited for: however many are asked for at once, each counts those before it. */
function takePlace(open: Map<string, number>, personId: string, left: AbortSignal): void {
  const streams = open.get(personId) ?? 0;
  if (streams >= streamsPerPerson) throw new KontorError('too-many-requests', `One person has at most ${streamsPerPerson} streams open.`, { retryAfterMs: heartbeatMs });
  if (left.aborted) return;
  open.set(personId, streams + 1);
  left.addEventListener('abort', () => {
    const others = (open.get(personId) ?? 1) - 1;
    if (others > 0) open.set(personId, others);
    else open.delete(personId);
  }, { once: true });
}

/** Where the client left off, in the chains of which it told that; in all others, and where a chain is shorter than that by now, what happens from now on. */
async function startingPoint(db: Db, lastEventId: string | undefined): Promise<Positions> {
  const told = positionsIn(lastEventId);
  return new Map(
    (await chainHeads(db)).map(({ entity, seq }) => {
      const reached = told.get(entity);
      return [entity, reached !== undefined && BigInt(reached) <= BigInt(seq) ? reached : seq];
    }),
  );
}

/** What is no position is passed over: a browser sends its last id again and again, so that a refusal would shut it out for good. */
function positionsIn(lastEventId = ''): Positions {
  try {
    const told = idSchema.parse(JSON.parse(Buffer.from(lastEventId, 'base64url').toString('utf8')));
    return new Map(Object.entries(told).flatMap(([entity, reached]) => (positionSchema.safeParse(reached).success ? [[entity, reached as string]] : [])));
  } catch {
    return new Map();
  }
}

/** Looks for news, with the rights that the person has by then, until the client has left. */
async function follow(db: Db, caller: Caller, stream: Stream): Promise<void> {
  let person = caller.person;
  let checkAt = Date.now() + checkEveryMs;
  while (!stream.left.aborted) {
    if (Date.now() >= checkAt) {
      person = await personNow(db, caller);
      checkAt = Date.now() + checkEveryMs;
    }
    const heads = await readAs(db, person, (scoped) => chainHeads(scoped, visibleEntities({ person }, 'events:read')));
    let behind = false;
    for (const head of heads) behind = (await send(db, person, stream, heads, head, checkAt)) || behind;
    if (!behind) await sleep(lookEveryMs, undefined, { signal: stream.left });
    if (Date.now() - stream.writtenAt >= heartbeatMs) await write(stream, () => stream.session.batch((buffer) => void buffer.comment().dispatch()));
  }
}

/** @throws KontorError `not-authenticated` once the person has left */
async function personNow(db: Db, { personId }: Caller): Promise<Person> {
  const person = await readPerson(db, personId);
  if (!person?.active) throw new KontorError('not-authenticated', 'This person is not known here (any more).');
  return person;
}

/** True when there is more to send at once; what a slow client has not taken when its rights are due to be looked up is read again after that. */
async function send(db: Db, person: Person, stream: Stream, heads: readonly ChainHead[], { entity, seq: head }: ChainHead, checkAt: number): Promise<boolean> {
  const reached = stream.positions.get(entity) ?? '0';
  if (BigInt(head) <= BigInt(reached)) return false;
  const events = await readAs(db, person, (scoped) => eventsAfter(scoped, entity, reached, batch));
  for (const { seq, event } of events) {
    stream.positions.set(entity, seq);
    const { data: _data, prev: _prev, v: _v, ...told } = auditEventSchema.parse(JSON.parse(event));
    await write(stream, () => stream.session.push(told, told.action, encoded(stream.positions, heads)));
    if (Date.now() >= checkAt) return true;
  }
  return events.length === batch;
}

/** Waits until the client has taken what was written: what it does not read stays in the database. */
async function write(stream: Stream, put: () => unknown): Promise<void> {
  await put();
  if (stream.response.writableNeedDrain) await once(stream.response, 'drain', { signal: stream.left });
  stream.writtenAt = Date.now();
}

function encoded(positions: Positions, heads: readonly ChainHead[]): string {
  const told = heads.flatMap(({ entity }) => (positions.has(entity) ? [[entity, positions.get(entity)]] : []));
  return Buffer.from(JSON.stringify(Object.fromEntries(told))).toString('base64url');
}
