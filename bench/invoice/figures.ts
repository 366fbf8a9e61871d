import { loadavg } from 'node:os';
import type { Round } from './load.ts';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length === 0 ? NaN : sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Of an ascending list. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** `median (least–most)`. */
export function spread(values: readonly number[], digits = 1): string {
  return `${round(median(values), digits)} (${round(Math.min(...values), digits)}–${round(Math.max(...values), digits)})`;
}

export function round(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** What the callers use, who also look whether it is posted, is no part of what a process costs. */
export const measuring = 'callers';

export function sumOf(processor: Record<string, number>, parts?: readonly string[]): number {
  return Object.entries(processor).reduce((sum, [part, ms]) => ((parts === undefined ? part !== measuring : parts.includes(part)) ? sum + ms : sum), 0);
}

/** Median of each part over rounds. */
export function processorOf(rounds: readonly Round[]): Record<string, number> {
  const parts = [...new Set(rounds.flatMap(({ processor }) => Object.keys(processor)))].sort();
  return Object.fromEntries(parts.map((part) => [part, median(rounds.map(({ processor }) => processor[part] ?? 0))]));
}

export function describeParts(processor: Record<string, number>): string {
  return Object.entries(processor).filter(([, ms]) => ms >= 0.05).map(([part, ms]) => `${part} ${round(ms)}`).join(', ');
}

/** A figure that could not be measured has neither met nor missed anything. */
export function met(holds: boolean, figure = 0): string {
  return Number.isFinite(figure) ? (holds ? 'met' : 'missed') : 'not measured';
}

export function allTimes(rounds: readonly Round[]): number[] {
  return rounds.flatMap(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
}

export function load(): string {
  return loadavg().map((value) => round(value)).join(', ');
}
