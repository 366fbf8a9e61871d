import { cashApplicationErrors } from './errors/cash-application.ts';
import type { ErrorCategory, ErrorEntry } from './errors/category.ts';
import { closeErrors } from './errors/close.ts';
import { documentErrors } from './errors/documents.ts';
import { payablesErrors } from './errors/accounts-payable.ts';
import { paymentErrors } from './errors/payments.ts';
import { platformErrors } from './errors/platform.ts';
import { screeningErrors } from './errors/screening.ts';
import { statementErrors } from './errors/statements.ts';

/**
 * The one catalogue of everything that can go wrong, by area. Each code says who must act (its category)
 * and what that person does next (`remedy`). API, activities and command line all map from here.
 */
export const errorCatalogue = {
  ...platformErrors,
  ...documentErrors,
  ...payablesErrors,
  ...cashApplicationErrors,
  ...screeningErrors,
  ...closeErrors,
  ...statementErrors,
  ...paymentErrors,
} satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** Where in the input the fault lies: a line and column, an XPath, an EDI segment, a JSON pointer, a field name. */
export interface Place {
  file?: string;
  line?: number;
  column?: number;
  path?: string;
}

/** What a reader, a rule or a route returns instead of a result; plain JSON, so that it crosses every wall. */
export interface Problem {
  code: ErrorCode;
  category: ErrorCategory;
  message: string;
  remedy: string;
  place?: Place;
}

/** An expected failure with a code of the catalogue. `message` is for people and carries no personal data. */
export class KontorError extends Error {
  override name = 'KontorError';
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  /** For throttled counterparts: when to try again. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: { place?: Place; retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.place = options.place;
    this.retryAfterMs = options.retryAfterMs;
  }

  get category(): ErrorCategory {
    return errorCatalogue[this.code].category;
  }
}

export function problemOf(error: KontorError): Problem {
  return problem(error.code, error.message, error.place);
}

export function problem(code: ErrorCode, message: string, place?: Place): Problem {
  const entry = errorCatalogue[code];
  return { code, category: entry.category, message, remedy: entry.remedy, ...(place ? { place } : {}) };
}

export type { ErrorCategory, ErrorEntry } from './errors/category.ts';
