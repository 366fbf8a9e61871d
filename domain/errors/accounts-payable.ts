import type { ErrorEntry } from './category.ts';

export const payablesErrors = {
} as const satisfies Record<string, ErrorEntry>;
