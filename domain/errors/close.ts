import type { ErrorEntry } from './category.ts';

export const closeErrors = {
} as const satisfies Record<string, ErrorEntry>;
