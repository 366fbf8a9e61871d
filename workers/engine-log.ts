import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory, Logger as EngineLogger, LogMetadata } from '@temporalio/worker';
import type { Logger } from 'pino';

/**
 * What a line may tell of what the engine and the processes report: ids, names and codes. Their reports carry whole failures besides,
 * with the words of counterparts in them.
 */
const told = ['workflowId', 'workflowType', 'activityType', 'attempt', 'step', 'code', 'correlationId'] as const;

/** The engine's own warnings and errors, and those of the processes, as lines of the worker's log. */
export function engineLog(logger: Pick<Logger, 'warn' | 'error'>): EngineLogger {
  const warn = (message: string, meta?: LogMetadata) => logger.warn(line(meta), message);
  const error = (message: string, meta?: LogMetadata) => logger.error(line(meta), message);
  const quiet = () => undefined;
  return {
    log(level, message, meta) {
      if (level === 'WARN') warn(message, meta);
      if (level === 'ERROR') error(message, meta);
    },
    trace: quiet, debug: quiet, info: quiet, warn, error,
  };
}

function line(meta: LogMetadata = {}): Record<string, string | number> {
  const known = { ...meta, code: (meta['code'] as unknown) ?? codeOf(meta['error']) } as Record<string, unknown>;
  return Object.fromEntries(told.flatMap((name) => {
    const value = known[name];
    return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
  }));
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof ApplicationFailure && error.type) return error.type;
  return error instanceof Error ? error.name : undefined;
}

/** Lines about a step say for which request it is done, as far as the step was told. */
export const correlateSteps: ActivityInterceptorsFactory = () => {
  let correlationId: unknown;
  return {
    inbound: {
      execute(input, next) {
        correlationId = (input.args[0] as { correlationId?: unknown } | null | undefined)?.correlationId;
        return next(input);
      },
    },
    outbound: { getLogAttributes: (attributes, next) => next(correlationId === undefined ? attributes : { ...attributes, correlationId }) },
  };
};
