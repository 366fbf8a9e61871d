import { z } from 'zod';
import { checkpointSchema, readCheckpoints } from '../../db/audit/checkpoint.ts';
import { databaseLog } from '../../db/audit/export.ts';
import type { NoteSigner } from '../../db/audit/signed-note.ts';
import { parseVerifierKey, verifierKey } from '../../db/audit/signed-note.ts';
import { verifyLog } from '../../db/audit/verify.ts';
import type { Db } from '../../db/client.ts';
import { decodeCursor, pageOf } from '../../db/cursor.ts';
import { listAudit } from '../../db/repositories/audit.ts';
import { auditEventSchema } from '../../domain/model/audit-event.ts';
import { visibleEntities } from '../access.ts';
import { operation, type Operation } from '../operation.ts';
import { pageQuery, pageSchema } from '../paging.ts';

export interface AuditParts {
  db: Db;
  /** Signs checkpoints; its public half verifies them. */
  auditSigner: NoteSigner;
}

const chainedSchema = z.object({ hash: z.string(), event: auditEventSchema }).strict().meta({ id: 'ChainedEvent', description: '`hash` is the SHA-256 of the canonical JSON of `event`' });

const listQuery = z
  .object({
    ...pageQuery,
    entity: z.string().max(12).optional(),
    case: z.string().max(60).optional(),
    correlationId: z.string().max(64).optional(),
    action: z.string().max(60).optional(),
    actor: z.string().max(80).optional().meta({ description: '`person:{id}`, `system:{part}` or `counterpart:{system}`' }),
  })
  .strict();

const verdictSchema = z
  .object({
    ok: z.boolean(),
    chains: z.array(z.object({ entity: z.string(), events: z.number().int(), head: z.string() }).strict()),
    checkpoints: z.number().int(),
    unsigned: z.number().int(),
    chainFaults: z.array(z.object({ entity: z.string(), seq: z.number().int(), fault: z.string(), message: z.string() }).strict()),
    checkpointFaults: z.array(z.string()),
  })
  .strict()
  .meta({ id: 'AuditVerdict' });

/** The audit chain: who did what, and that nobody has changed it since. */
export function auditRoutes({ db, auditSigner }: AuditParts): Operation[] {
  const publicKey = verifierKey(auditSigner);
  return [
    operation({
      id: 'listAudit',
      method: 'get',
      path: '/v1/audit',
      tag: 'audit',
      summary: 'Events, newest first, by case, correlation id, actor or action',
      permission: 'audit:read',
      query: listQuery,
      responses: { 200: { description: 'One page', schema: pageSchema(chainedSchema) } },
      async handle({ query: { limit, cursor, entity, case: caseId, ...filter }, caller, read }) {
        const entities = visibleEntities(caller, 'audit:read', entity);
        const after = cursor === undefined ? undefined : decodeCursor(cursor);
        const wanted = { ...filter, ...(caseId === undefined ? {} : { caseId }), ...(entities === undefined ? {} : { entities }) };
        const rows = await read((scoped) => listAudit(scoped, wanted, { limit: limit + 1, ...(after ? { before: after.number, beforeEntity: after.value ?? '' } : {}) }));
        const page = pageOf(rows, limit, ({ entity: chain, seq }) => ({ value: chain, number: seq }), ({ hash, event }) => ({ hash, event: auditEventSchema.parse(JSON.parse(event)) }));
        return { status: 200, body: page };
      },
    }),
    operation({
      id: 'verifyAudit',
      method: 'get',
      path: '/v1/audit/verify',
      tag: 'audit',
      summary: 'Follow every visible chain from its first event and compare it with the signed checkpoints',
      permission: 'audit:read',
      effort: 'heavy',
      responses: { 200: { description: 'The verdict; `ok` is false with the first fault of each chain', schema: verdictSchema } },
      async handle({ caller }) {
        const entities = visibleEntities(caller, 'audit:read');
        const visible = ({ entity }: { entity: string }) => entities === undefined || entities.includes(entity);
        // A checkpoint signs the heads of all chains together: it is verified over all of them, and told of those that the caller may see.
        const verdict = await verifyLog(await databaseLog(db), parseVerifierKey(publicKey));
        const chainFaults = verdict.chainFaults.filter(visible);
        return { status: 200, body: { ...verdict, ok: chainFaults.length === 0 && verdict.checkpointFaults.length === 0, chains: verdict.chains.filter(visible), chainFaults } };
      },
    }),
    operation({
      id: 'listCheckpoints',
      method: 'get',
      path: '/v1/audit/checkpoints',
      tag: 'audit',
      summary: 'Signed checkpoints, oldest first, and the line that verifies them',
      permission: 'audit:read',
      responses: { 200: { description: 'Checkpoints', schema: z.object({ verifierKey: z.string(), checkpoints: z.array(checkpointSchema) }).strict() } },
      handle: async ({ read }) => ({ status: 200, body: { verifierKey: publicKey, checkpoints: await read(readCheckpoints) } }),
    }),
  ];
}
