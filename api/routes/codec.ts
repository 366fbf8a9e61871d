import { ApplicationFailure, METADATA_ENCODING_KEY, type Payload } from '@temporalio/common';
import { z } from 'zod';
import { inTransaction, type Db } from '../../db/client.ts';
import { appendAudit, INSTALLATION } from '../../db/repositories/audit.ts';
import { KontorError, type ErrorCode } from '../../domain/errors.ts';
import type { KeyRingFile } from '../../temporal-config/key-ring.ts';
import { viewedPayload } from '../../temporal-config/payload-codec.ts';
import { mayIn } from '../access.ts';
import { maskPayload } from '../mask-payload.ts';
import { codecPath } from '../middleware/codec-page.ts';
import { operation, type Call, type Caller, type Operation } from '../operation.ts';
import type { Permission } from '../permissions.ts';

export interface CodecParts {
  db: Db;
  payloads: { ring: KeyRingFile; namespace: string };
}

/** A payload in the JSON form of protocol buffers: every byte string is base64. */
const payloadSchema = z.object({ metadata: z.record(z.string(), z.base64()).default({}), data: z.base64().default('') }).strict();
const payloadsSchema = z.object({ payloads: z.array(payloadSchema).max(500) }).strict().meta({ id: 'Payloads' });
type Payloads = z.infer<typeof payloadsSchema>;

/** What Temporal Web asks for to show what processes keep. Nothing is encrypted here: a page never writes to a process. */
export function codecRoutes(parts: CodecParts): Operation[] {
  return [
    operation({
      id: 'decodePayloads',
      method: 'post',
      path: `${codecPath}/decode`,
      tag: 'operations',
      summary: 'Decrypt payloads for Temporal Web',
      description: 'All or none: a payload of a company where the caller may not look refuses the request. Roles without `payloads:read-all` see ids, codes and times, everything else is masked. Each view is in the audit chain.',
      permission: 'payloads:read',
      onlyReads: true,
      body: { kind: 'json', schema: payloadsSchema },
      responses: { 200: { description: 'The payloads in their order; those that were not encrypted, or are older than the codec server, as they came', schema: payloadsSchema } },
      handle: (call) => decode(parts, call),
    }),
  ];
}

async function decode({ db, payloads: { ring, namespace } }: CodecParts, { body, caller, header, correlationId }: Call<unknown, unknown, Payloads>) {
  const asked = header('x-namespace');
  if (asked !== undefined && asked !== namespace) throw new KontorError('request-invalid', `This installation works in the namespace ${namespace}, not in ${JSON.stringify(asked.slice(0, 60))}.`);
  const found = body.payloads.map((sent) => ({ sent, viewed: viewedPayload({ ring, namespace }, payloadOf(sent)) }));
  const workflowIds = [...new Set(found.flatMap(({ viewed }) => (viewed ? [viewed.workflowId ?? ''] : [])))].sort();
  for (const workflowId of workflowIds) requireRight(caller, 'payloads:read', companyOf(workflowId));
  const answer = found.map(({ sent, viewed }) => (viewed ? shown(opened(() => viewed.open()), hasRight(caller, 'payloads:read-all', companyOf(viewed.workflowId ?? ''))) : sent));
  await tell(db, caller, correlationId, workflowIds);
  return { status: 200, body: { payloads: answer } };
}

/** Said before it is shown: a view that cannot be recorded is none. */
async function tell(db: Db, caller: Caller, correlationId: string, workflowIds: string[]): Promise<void> {
  const companies = [...new Set(workflowIds.map(companyOf))].sort();
  await inTransaction(db, async (trx) => {
    for (const company of companies)
      await appendAudit(trx, company, [{ action: 'payloads.viewed', actor: `person:${caller.personId}`, correlationId, data: { processes: workflowIds.filter((id) => companyOf(id) === company), masked: !hasRight(caller, 'payloads:read-all', company) } }]);
  });
}

/** Process ids name their company second: `ap-invoice/DE01/…`. What belongs to none is of the whole installation. */
function companyOf(workflowId: string): string {
  return workflowId.split('/')[1] || INSTALLATION;
}

function hasRight(caller: Caller, permission: Permission, company: string): boolean {
  return mayIn(caller, permission, company);
}

function requireRight(caller: Caller, permission: Permission, company: string): void {
  if (!hasRight(caller, permission, company)) throw new KontorError('not-permitted', 'These payloads belong to a company or to the whole installation, where your roles do not include the right to look at them.');
}

function opened(open: () => Payload): Payload {
  try {
    return open();
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type) throw new KontorError(error.type as ErrorCode, error.message);
    throw error;
  }
}

function shown(payload: Payload, all: boolean): Payloads['payloads'][number] {
  if (all) return sentOf(payload);
  const encoding = Buffer.from(payload.metadata?.[METADATA_ENCODING_KEY] ?? []).toString('utf8');
  const value = encoding === 'json/plain' ? maskPayload(JSON.parse(Buffer.from(payload.data ?? []).toString('utf8'))) : maskPayload('');
  return { metadata: { [METADATA_ENCODING_KEY]: base64('json/plain') }, data: base64(JSON.stringify(value)) };
}

function payloadOf({ metadata, data }: Payloads['payloads'][number]): Payload {
  return { metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])), data: Buffer.from(data, 'base64') };
}

function sentOf({ metadata, data }: Payload): Payloads['payloads'][number] {
  return { metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])), data: base64(data ?? '') };
}

function base64(value: string | Uint8Array): string {
  return Buffer.from(value).toString('base64');
}
