import { escapeForDisplay } from '../documents/suspicious-text.ts';

/**
 * JSON in which characters that make a text look different from what it is stand as `\u202e`: whoever looks at the answer itself, in a
 * terminal or a log, is not misled by what a supplier wrote, and a parser reads the same value.
 */
export function shownJson(value: unknown): string {
  return escapeForDisplay(JSON.stringify(value));
}
