import { ApplicationFailure, log, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import type { CaseRef } from '../../activities/accounts-payable/commands.ts';
import { recordRefusedMessage } from './proxies.ts';

/**
 * What the codec did not let in: it puts a mark in the place of a payload that is not encrypted or not genuine, and nothing that was encrypted
 * can look like one. Nothing acts on a mark. A signal is dropped and becomes an exception of its case, an update and a query
 * are refused, a step whose result is a mark fails and is parked, a process that was started with one fails: none of them
 * blocks its process, as an error while decoding would (S16).
 */
interface Refusal {
  code: string;
  message: string;
}

export const interceptors: WorkflowInterceptorsFactory = () => {
  let ref: CaseRef | undefined;
  return {
    inbound: [
      {
        async execute(input, next) {
          unmarked(input);
          ref = caseIn(input.args[0]);
          return next(input);
        },
        handleSignal(input, next) {
          const refused = input.args.map(refusalIn).find((found) => found !== undefined);
          return refused ? tell(ref, input.signalName, refused) : next(input);
        },
        validateUpdate: (input, next) => next(unmarked(input)),
        handleUpdate: async (input, next) => next(unmarked(input)),
        handleQuery: async (input, next) => next(unmarked(input)),
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(input).then(genuine),
        scheduleLocalActivity: (input, next) => next(input).then(genuine),
      },
    ],
  };
};

/** A process without a case only has its log. */
async function tell(ref: CaseRef | undefined, step: string, refused: Refusal): Promise<void> {
  log.error('a signal was refused', { step, ...refused });
  if (ref) await recordRefusedMessage({ ...ref, step, ...refused });
}

function unmarked<Input extends { args: unknown[] }>(input: Input): Input {
  input.args.forEach(genuine);
  return input;
}

function genuine<Value>(value: Value): Value {
  const refused = refusalIn(value);
  if (refused) throw ApplicationFailure.nonRetryable(refused.message, refused.code);
  return value;
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
