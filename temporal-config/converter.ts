import { fileURLToPath } from 'node:url';
import type { WorkflowService } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { optionalTsToDate } from '@temporalio/common/lib/time.js';
import { KontorError } from '../domain/errors.ts';
import { KeyRingFile } from './key-ring.ts';
import { payloadCodec, type PayloadRefusal } from './payload-codec.ts';
import type { Settings } from './settings.ts';
import { rememberSwitchOn, requireNeverSwitchedOn } from './switched-on.ts';

export interface ConverterParts {
  /** Of the connection that payloads travel over: the server knows when a run started. */
  workflowService: WorkflowService;
  /** Hears of each payload that was not accepted, for the log. */
  refused(refusal: PayloadRefusal): void;
  /** Inside processes a payload that is not accepted becomes a mark, on which nothing acts, instead of an error that blocks the process. */
  marks?: boolean;
}

/**
 * How payloads, summaries, details and failures travel: plain while this installation has no key ring, encrypted once it has
 * one. See docs/decisions/payload-codec.md.
 */
export function dataConverter(settings: Settings, { workflowService, refused, marks = false }: ConverterParts): DataConverter {
  const ring = requireKeyRing(settings);
  const runStart = rememberedFor(runStartMemoryMs, (workflowId) => askRunStart(workflowService, settings.namespace, workflowId));
  const codec = payloadCodec({ ring, namespace: settings.namespace, runStart, refused, marks, now: () => new Date() });
  return { payloadCodecs: [codec], ...(ring.current() ? { failureConverterPath: fileURLToPath(new URL('failure-converter.cjs', import.meta.url)) } : {}) };
}

/**
 * Plaintext is for development, and for installations that were never switched on: @throws KontorError `payload-keys-gone` where
 * there was a key ring, `payload-keys-missing` in production while there is none
 */
export function requireKeyRing({ keyRingFile, nodeEnv, stateDir }: Pick<Settings, 'keyRingFile' | 'nodeEnv' | 'stateDir'>): KeyRingFile {
  const ring = new KeyRingFile(keyRingFile);
  const inUse = ring.current();
  if (inUse) {
    rememberSwitchOn(stateDir, { keyRingFile, switchedOnAt: inUse.switchedOnAt });
    return ring;
  }
  requireNeverSwitchedOn(stateDir, keyRingFile);
  if (nodeEnv === 'production') throw new KontorError('payload-keys-missing', `NODE_ENV is production and there is no key ring at ${keyRingFile} (KONTOR_KEY_RING): inputs and results of processes would lie in clear.`, { place: { file: keyRingFile } });
  return ring;
}

const notFound = 5; // gRPC status code
/** Histories that began in plaintext hold many such payloads; a process id may get another run only after its end. */
const runStartMemoryMs = 60_000;
const mostRemembered = 1_000;

/** The server's own word: whoever sends plaintext can choose a process id, but not the time at which its run started. */
async function askRunStart(service: WorkflowService, namespace: string, workflowId: string): Promise<Date | undefined> {
  try {
    const { workflowExecutionInfo } = await service.describeWorkflowExecution({ namespace, execution: { workflowId } });
    return optionalTsToDate(workflowExecutionInfo?.startTime);
  } catch (error) {
    if ((error as { code?: unknown }).code === notFound) return undefined;
    throw error;
  }
}

function rememberedFor<Answer>(ms: number, ask: (key: string) => Promise<Answer>): (key: string) => Promise<Answer> {
  const known = new Map<string, { until: number; answer: Promise<Answer> }>();
  return (key) => {
    const found = known.get(key);
    if (found && found.until > performance.now()) return found.answer;
    if (known.size >= mostRemembered) known.clear();
    const answer = ask(key);
    known.set(key, { until: performance.now() + ms, answer });
    answer.catch(() => known.delete(key));
    return answer;
  };
}
