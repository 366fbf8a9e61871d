import { enqueue } from '../db/repositories/outbox.ts';
import type { ExceptionCase } from '../domain/model/exception-case.ts';
import { canonicalJson } from '../domain/rules/canonical-json.ts';
import { refusal, type HeardDecision, type Refused } from './decisions.ts';

/**
 * Messages to a process whose key was not in the key ring when they came (S16): forged by somebody, or written with a key that this
 * machine did not have yet. Nothing tells them apart but the key, so that they are kept beside their exception as they came, and a
 * person decides: once the key is back a retry lets them in, an override with a reason dismisses them.
 */
export const unreadCode = 'payload-key-unknown';

/** Somebody who writes many must not fill the database; those beyond stay in the history of the process. */
const mostKept = 100;

interface Unread {
  messages: { signal: string; args: unknown[] }[];
  /** How many came when there was no room any more. */
  further: number;
}

/** Whether an exception keeps messages, so that it may be dismissed. */
export function isUnread({ origin, code, source }: ExceptionCase): boolean {
  return origin === 'technical' && code === unreadCode && 'messages' in source;
}

/** With one more message; the same one again, told by a step that was carried out twice, changes nothing. */
export function withUnread(source: Record<string, unknown>, signal: string, args: unknown[]): Record<string, unknown> {
  const { messages, further } = unreadOf(source);
  if (messages.some((known) => canonicalJson(known as never) === canonicalJson({ signal, args } as never))) return source;
  return messages.length < mostKept ? { messages: [...messages, { signal, args }], further } : { messages, further: further + 1 };
}

/** Lets the kept messages in, under the transaction that closes their exception. Answers why not, while one of them cannot be read: that is judged, unlike a decision that cannot be read itself. */
export async function letIn({ trx, current }: HeardDecision, exception: ExceptionCase, openKept: (sealed: string, workflowId: string) => unknown): Promise<Refused | undefined> {
  const { id: caseId, entity, workflowId, correlationId } = current.case;
  const { messages } = unreadOf(exception.source);
  for (const [index, { signal, args }] of messages.entries()) {
    const opened = readAgain(args[0], (sealed) => openKept(sealed, workflowId));
    if ('why' in opened) return refusal('message-unreadable', `Message ${index + 1} of ${messages.length} still cannot be read: ${opened.why} Put the key back and retry, or dismiss the messages by an override with a reason.`);
    await enqueue(trx, { entity, caseId, kind: 'signal-workflow', key: `${exception.id}/${index + 1}`, workflowId, payload: { signal, input: opened.value }, correlationId });
  }
  return undefined;
}

function readAgain(arg: unknown, open: (sealed: string) => unknown): { value: unknown } | { why: string } {
  const mark = (arg as { kontorRefusedPayload?: { message: string; sealed?: string } } | undefined)?.kontorRefusedPayload;
  if (mark === undefined) return { value: arg }; // it could be read again before this was recorded
  if (mark.sealed === undefined) return { why: 'it is larger than any message of ours.' };
  try {
    return { value: open(mark.sealed) };
  } catch (error) {
    return { why: error instanceof Error ? error.message : mark.message };
  }
}

function unreadOf({ messages, further }: Record<string, unknown>): Unread {
  return { messages: (messages as Unread['messages'] | undefined) ?? [], further: typeof further === 'number' ? further : 0 };
}
