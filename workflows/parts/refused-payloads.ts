import { ApplicationFailure, log, patched, workflowInfo, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import type { CaseRef } from '../../activities/accounts-payable/commands.ts';
import { recordRefusedMessage } from './proxies.ts';

/**
 * What the codec did not let in: it puts a mark in the place of a payload that is not encrypted, not genuine or not readable, and nothing
 * that was encrypted can look like one. Nothing acts on a mark. A signal becomes an exception of its case, an update and a query
 * are refused, a step whose result is a mark fails and is parked, a process that was started with one fails: none of them
 * blocks its process, as an error while decoding would (S16).
 *
 * A payload whose key is not here may be forged or genuine, and may be readable when its history is replayed: that it was not when it
 * came is therefore noted in the history. What had been read and cannot be read any more, and a start that cannot be read, hold the
 * process where it is until the key is back: going on without it would be another process.
 */
interface Refusal {
  code: string;
  message: string;
}

const keyMissing = 'payload-key-unknown';

export const interceptors: WorkflowInterceptorsFactory = () => {
  let ref: CaseRef | undefined;
  let signals = 0;
  let results = 0;
  /** Why nothing may follow from what was just replayed: the task is given up as a whole. */
  let blocked: Refusal | undefined;
  const block = (refused: Refusal): Promise<never> => {
    blocked = refused;
    return new Promise(() => undefined);
  };
  /** `note`: under which name the history says that this could not be read when it came. */
  const refusalThen = (value: unknown, note: string): Refusal | undefined => {
    const refused = refusalIn(value);
    const missing = refused?.code === keyMissing ? refused : undefined;
    if (!missing && !workflowInfo().unsafe.isReplaying) return refused;
    // Whatever its key shows now, once it is back: what the process did then is what it does again.
    if (patched(note)) return missing ?? { code: keyMissing, message: 'Its key was not in the key ring when it came.' };
    if (missing) blocked = missing;
    return refused;
  };
  return {
    inbound: [
      {
        async execute(input, next) {
          const lost = input.args.map(refusalIn).find((found) => found?.code === keyMissing);
          if (lost) return block(lost);
          unmarked(input);
          ref = caseIn(input.args[0]);
          return next(input);
        },
        handleSignal(input, next) {
          const note = `unreadable-signal-${(signals += 1)}`;
          const refused = input.args.map((value) => refusalThen(value, note)).find((found) => found !== undefined);
          if (refused === undefined) return next(input);
          return blocked ? block(blocked) : tell(ref, input.signalName, refused, input.args);
        },
        validateUpdate: (input, next) => next(unmarked(input)),
        async handleUpdate(input, next) {
          const lost = input.args.map(refusalIn).find((found) => found?.code === keyMissing);
          return lost ? block(lost) : next(unmarked(input));
        },
        handleQuery: async (input, next) => next(unmarked(input)),
      },
    ],
    outbound: [
      {
        /** Every line that the process writes says for which request it runs. */
        getLogAttributes: (attributes, next) => next(ref ? { ...attributes, correlationId: ref.correlationId } : attributes),
        scheduleActivity(input, next) {
          const note = `unreadable-result-${(results += 1)}`;
          return next(input).then((value) => {
            const refused = refusalThen(value, note);
            if (refused === undefined) return value;
            return blocked ? block(blocked) : raise(refused);
          });
        },
        scheduleLocalActivity: (input, next) =>
          next(input).then((value) => {
            const refused = refusalIn(value);
            return refused?.code === keyMissing ? block(refused) : genuine(value);
          }),
      },
    ],
    internals: [
      {
        concludeActivation(input, next) {
          if (blocked) throw new Error(blocked.message);
          return next(input);
        },
      },
    ],
  };
};

/** A process without a case only has its log. */
async function tell(ref: CaseRef | undefined, step: string, refused: Refusal, args: unknown[]): Promise<void> {
  const { code, message } = refused;
  log.error('a signal was refused', { step, code, message });
  if (ref) await recordRefusedMessage({ ...ref, step, code, message, ...(code === keyMissing ? { args } : {}) });
}

function unmarked<Input extends { args: unknown[] }>(input: Input): Input {
  input.args.forEach(genuine);
  return input;
}

function genuine<Value>(value: Value): Value {
  const refused = refusalIn(value);
  return refused ? raise(refused) : value;
}

function raise({ code, message }: Refusal): never {
  throw ApplicationFailure.nonRetryable(message, code);
}

/** Written by `temporal-config/payload-codec.ts`. */
function refusalIn(value: unknown): Refusal | undefined {
  if (typeof value !== 'object' || value === null || !('kontorRefusedPayload' in value)) return undefined;
  return value.kontorRefusedPayload as Refusal;
}

function caseIn(input: unknown): CaseRef | undefined {
  const { entity, caseId, correlationId } = (input ?? {}) as Partial<Record<keyof CaseRef, unknown>>;
  if (typeof entity !== 'string' || typeof caseId !== 'string' || typeof correlationId !== 'string') return undefined;
  return { entity, caseId, correlationId };
}
