import { readSettings } from '../../temporal-config/settings.ts';
import { addMeasured } from './report.ts';

/** What the list of faults asks of the ratio, and the guard beyond which a test fails. */
const asked = 2;
const guard = 10;
/** Below this a time is the machine's mood: the guard does not look at less. */
const leastMs = 100;

export function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** Times in quiet and during a fault: what the report says of them, and whether the guard holds. */
export function compared(quiet: readonly number[], meanwhile: readonly number[]): { text: string; held: boolean } {
  const [before, during] = [percentile(quiet, 0.95), percentile(meanwhile, 0.95)];
  const ratio = during / Math.max(before, 1);
  const text = `p95 ${Math.round(before)} ms quiet (${quiet.length}), ${Math.round(during)} ms meanwhile (${meanwhile.length}), ratio ${ratio.toFixed(2)}, ${ratio <= asked ? 'within' : 'NOT within'} ${asked}x`;
  return { text, held: quiet.length > 0 && meanwhile.length > 0 && during <= guard * Math.max(before, leastMs) };
}

/** Printed, and kept in the report of a long run. */
export function tell(fault: string, text: string): void {
  const { faultReport, faultRevision = 'unknown' } = readSettings();
  console.log(`${fault}: ${text}`);
  if (faultReport !== undefined) addMeasured(faultReport, faultRevision, fault, text);
}
