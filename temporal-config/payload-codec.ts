import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { ApplicationFailure, defaultPayloadConverter, METADATA_ENCODING_KEY, type Payload, type PayloadCodec, type SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { ErrorCode } from '../domain/errors.ts';
import { canonicalJson } from '../domain/rules/canonical-json.ts';
import { encryptingKey, type KeyRingFile, type PayloadKey } from './key-ring.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** What an encrypted payload says of itself in clear; all of it is authenticated. */
export const encryptedEncoding = 'binary/encrypted';
export const keyIdField = 'kontor-key-id';
const schemaField = 'kontor-schema';
const bindingField = 'kontor-binding';
/** The process that a payload belongs to, so that a reader without the SDK's context can open it; a part of what is authenticated. */
const processField = 'kontor-process';
/** The first form said nothing of its process; payloads of it stay readable inside their process. */
const schemas = ['kontor-payload/1', 'kontor-payload/2'] as const;
const schema = schemas[1];
type Schema = (typeof schemas)[number];

const ivBytes = 12;
const tagBytes = 16;

/** `process`: good in one process only. `namespace`: the SDK named no process; such a payload is never read as part of one. */
type Binding = { kind: 'process'; namespace: string; workflowId: string } | { kind: 'namespace'; namespace: string };

export interface PayloadRefusal {
  code: ErrorCode;
  message: string;
  workflowId: string | undefined;
}

export interface PayloadCodecParts {
  ring: KeyRingFile;
  namespace: string;
  /** When the process's present run started; undefined when there is none. Asked only about plaintext. */
  runStart(workflowId: string): Promise<Date | undefined>;
  refused(refusal: PayloadRefusal): void;
  /** A payload that is not accepted is replaced by a mark instead of failing the whole message; see workflows/parts/refused-payloads.ts. */
  marks: boolean;
  now(): Date;
}

/**
 * Encrypts every payload with AES-256-GCM under a key of its process, derived from the newest key of the ring; binds it to
 * namespace and process, so that it is of no use in another; and refuses what is not encrypted, except in runs that started
 * before the codec was switched on (S15, S16, S17). While there is no key ring payloads pass as they are.
 */
export function payloadCodec(parts: PayloadCodecParts): PayloadCodec {
  return {
    async encode(payloads, context) {
      const ring = parts.ring.current();
      if (!ring) return payloads;
      const key = encryptingKey(ring, parts.now());
      return payloads.map((payload) => encrypt(payload, key, bindingOf(parts.namespace, context)));
    },
    async decode(payloads, context) {
      return Promise.all(payloads.map((payload) => open(parts, payload, context).catch((error: unknown) => refuse(parts, error, payload, context))));
    },
  };
}

/** A payload that somebody looks at from outside of its process; `workflowId` is undefined where it was bound to none. */
export interface ViewedPayload {
  workflowId: string | undefined;
  /** @throws ApplicationFailure `payload-altered` or `payload-key-unknown`, which nothing makes good */
  open(): Payload;
}

/**
 * What an encrypted payload says of its process, and the way to open it: the process that it names is authenticated, so that a payload
 * under another name does not open (S18). Undefined for one that is not encrypted, or too old to name its process.
 */
export function viewedPayload(parts: Pick<PayloadCodecParts, 'ring' | 'namespace'>, payload: Payload): ViewedPayload | undefined {
  if (textOf(payload, METADATA_ENCODING_KEY) !== encryptedEncoding || textOf(payload, schemaField) === schemas[0]) return undefined;
  const workflowId = textOf(payload, bindingField) === 'process' ? (textOf(payload, processField) ?? '') : undefined;
  const { namespace } = parts;
  return { workflowId, open: () => decrypt(parts, payload, workflowId === undefined ? { kind: 'namespace', namespace } : { kind: 'process', namespace, workflowId }) };
}

/** A message of ours is far below this; what is larger need not be read later. */
const mostKeptBytes = 16_384;

/** What cannot be read only because its key is not here goes along as it came, so that it can be read when the key is back. */
function refuse({ refused, marks }: PayloadCodecParts, error: unknown, payload: Payload, context: SerializationContext | undefined): Payload {
  if (!(error instanceof ApplicationFailure)) throw error;
  const { type: code, message } = error;
  refused({ code: code as ErrorCode, message, workflowId: context?.workflowId });
  if (!marks) throw error;
  const keeps = code === 'payload-key-unknown' && (payload.data?.length ?? 0) <= mostKeptBytes;
  const sealed = keeps ? { sealed: Buffer.from(PayloadMessage.encode(payload).finish()).toString('base64') } : {};
  return defaultPayloadConverter.toPayload({ kontorRefusedPayload: { code, message, ...sealed } }) as Payload;
}

/**
 * What a mark kept of a payload whose key was not here, read now.
 * @throws ApplicationFailure `payload-key-unknown` while the key is still missing, `payload-altered` when it was never of this process
 */
export function openKept(parts: Pick<PayloadCodecParts, 'ring' | 'namespace'>, sealed: string, workflowId: string): unknown {
  const payload = PayloadMessage.decode(Buffer.from(sealed, 'base64'));
  return defaultPayloadConverter.fromPayload(decrypt(parts, payload, { kind: 'process', namespace: parts.namespace, workflowId }));
}

async function open(parts: PayloadCodecParts, payload: Payload, context: SerializationContext | undefined): Promise<Payload> {
  if (textOf(payload, METADATA_ENCODING_KEY) === encryptedEncoding) return decrypt(parts, payload, bindingOf(parts.namespace, context));
  const ring = parts.ring.current();
  if (!ring) return payload;
  const started = context?.workflowId === undefined ? undefined : await parts.runStart(context.workflowId);
  if (started && started.getTime() < Date.parse(ring.switchedOnAt)) return payload;
  throw refusal('payload-plaintext', `A payload of ${context?.workflowId ?? 'no process'} is not encrypted, and its run did not start before ${ring.switchedOnAt}.`);
}

function encrypt(payload: Payload, key: PayloadKey, binding: Binding): Payload {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', dataKey(schema, key, binding), iv, { authTagLength: tagBytes });
  cipher.setAAD(authenticated(schema, key.id, binding));
  const text = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
  const metadata = { [METADATA_ENCODING_KEY]: encryptedEncoding, [keyIdField]: key.id, [schemaField]: schema, [bindingField]: binding.kind, ...(binding.kind === 'process' ? { [processField]: binding.workflowId } : {}) };
  return { metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value)])), data: Buffer.concat([iv, cipher.getAuthTag(), text]) };
}

function decrypt(parts: Pick<PayloadCodecParts, 'ring'>, payload: Payload, binding: Binding): Payload {
  const where = binding.kind === 'process' ? binding.workflowId : 'no process';
  const keyId = textOf(payload, keyIdField) ?? '';
  const key = parts.ring.current()?.keys.find(({ id }) => id === keyId);
  if (!key) throw refusal('payload-key-unknown', `A payload of ${where} is encrypted with the key ${JSON.stringify(keyId.slice(0, 40))}, which the key ring does not hold.`);
  const data = payload.data ?? new Uint8Array();
  try {
    const form = schemas.find((known) => known === textOf(payload, schemaField));
    if (!form || textOf(payload, bindingField) !== binding.kind || data.length < ivBytes + tagBytes) throw new Error('not of this form');
    if (form !== schemas[0] && textOf(payload, processField) !== (binding.kind === 'process' ? binding.workflowId : undefined)) throw new Error('of another process');
    const decipher = createDecipheriv('aes-256-gcm', dataKey(form, key, binding), data.subarray(0, ivBytes), { authTagLength: tagBytes });
    decipher.setAAD(authenticated(form, keyId, binding));
    decipher.setAuthTag(data.subarray(ivBytes, ivBytes + tagBytes));
    return PayloadMessage.decode(Buffer.concat([decipher.update(data.subarray(ivBytes + tagBytes)), decipher.final()]));
  } catch {
    throw refusal('payload-altered', `A payload of ${where} was altered, cut off or taken from another process.`);
  }
}

/** A key of one process's own: random initialisation vectors then never come near the number at which they repeat. */
function dataKey(form: Schema, { key }: PayloadKey, binding: Binding): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), canonicalJson([form, binding]), 32));
}

function authenticated(form: Schema, keyId: string, binding: Binding): Buffer {
  return Buffer.from(canonicalJson([form, keyId, binding]));
}

/** A schedule adds the nominal time to the ids of its runs; their input was encrypted for the id without it. */
const scheduledAt = /-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

function bindingOf(namespace: string, context: SerializationContext | undefined): Binding {
  if (context?.workflowId === undefined) return { kind: 'namespace', namespace };
  return { kind: 'process', namespace: context.namespace, workflowId: context.workflowId.replace(scheduledAt, '') };
}

function textOf(payload: Payload, field: string): string | undefined {
  const value = payload.metadata?.[field];
  return value ? Buffer.from(value).toString('utf8') : undefined;
}

/** Trying again cannot help: an activity fails at once and its case is parked with an owner. */
function refusal(code: ErrorCode, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code);
}
