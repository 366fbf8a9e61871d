import type { ErrorEntry } from './category.ts';

export const cashApplicationErrors = {
} as const satisfies Record<string, ErrorEntry>;
