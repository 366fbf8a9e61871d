import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { BirthDate } from '../../domain/model/list-entry.ts';
import { screenName, type ScreeningContext } from '../../domain/rules/screening/screen.ts';
import { dataFolder } from './pairs.ts';

export interface Row {
  [column: string]: string | number;
  measure: string;
  value: string;
  aim: string;
  sample: string;
}

export function screen(context: ScreeningContext, name: string, birthDate?: BirthDate): ReturnType<typeof screenName> {
  return screenName(context, { id: '', name, kind: 'person', ...(birthDate ? { birthDate } : {}) });
}

export function records(file: string): Record<string, string>[] {
  return parse(readFileSync(join(dataFolder, 'screening', file)), { columns: true });
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
