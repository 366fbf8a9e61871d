import type { ErrorEntry } from './category.ts';

export const documentErrors = {
} as const satisfies Record<string, ErrorEntry>;
