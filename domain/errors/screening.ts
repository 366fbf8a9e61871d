import type { ErrorEntry } from './category.ts';

export const screeningErrors = {
} as const satisfies Record<string, ErrorEntry>;
