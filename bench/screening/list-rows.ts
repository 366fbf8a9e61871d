import { readBirthDate } from '../../documents/lists/dates.ts';
import type { ScreeningContext } from '../../domain/rules/screening/screen.ts';
import type { ListBench } from './lists.ts';
import { percent, records, screen, type Row } from './rows.ts';
import { seeded, treat, treatments, type Treatment } from './treatments.ts';

/** The wrong dates: a slip of pen, and a date that has nothing to do with the listed one. */
const dates: [string, (listed: string) => string | undefined][] = [
  ['no date of birth', () => undefined],
  ['date of birth one year off', (listed) => `${Number(listed.slice(0, 4)) + 1}${listed.slice(4).replace('-02-29', '-02-28')}`],
  ['date of birth of somebody else', () => '2001-11-30'],
];

export function treatedRows({ context }: ListBench, every: number): Row[] {
  const names = context.database.entries
    .filter((entry) => entry.list === 'UN' && entry.kind === 'person')
    .flatMap((entry) => entry.names.filter((name) => name.quality === 'primary' || name.quality === 'good').map((name) => ({ entry, name: name.text })))
    .filter((_, at) => at % every === 0);
  return dates.flatMap(([label, dateOf]) => {
    const counts = treatments.map((treatment) => ({ treatment, ...treatedRecall(context, names, treatment, dateOf) }));
    const found = counts.reduce((sum, each) => sum + each.found, 0);
    const asked = counts.reduce((sum, each) => sum + each.asked, 0);
    const pooled: Row = { measure: `UN treated names, ${label}: recall`, value: (found / asked).toFixed(4), aim: '>= 0.98', sample: `${asked} names` };
    return dateOf('1970-01-01') ? [pooled] : [...counts.map((each): Row => ({ measure: `UN ${each.treatment}: recall`, value: (each.found / each.asked).toFixed(4), aim: '', sample: `${each.asked} names` })), pooled];
  });
}

function treatedRecall(context: ScreeningContext, names: { entry: ScreeningContext['database']['entries'][number]; name: string }[], treatment: Treatment, dateOf: (listed: string) => string | undefined): { found: number; asked: number } {
  const random = seeded(20260227);
  let found = 0;
  let asked = 0;
  for (const { entry, name } of names) {
    const treated = treat(name, treatment, random);
    if (!treated) continue;
    asked++;
    const date = entry.birthDates[0] && dateOf(entry.birthDates[0].earliest);
    const birthDate = date ? readBirthDate(date) : undefined;
    if (screen(context, treated, birthDate).hits.some((hit) => hit.list === entry.list && hit.entry === entry.id)) found++;
  }
  return { found, asked };
}

export function originalRows({ withoutOriginals, originals }: ListBench): Row[] {
  const context = withoutOriginals();
  const found = originals.filter(({ entry, name }) => screen(context, name).hits.some((hit) => hit.list === entry.list && hit.entry === entry.id));
  return [{ measure: 'UN names in original script: recall', value: (found.length / originals.length).toFixed(3), aim: '>= 0.60', sample: `${originals.length} names` }];
}

export function innocentRows(context: ScreeningContext): Row[] {
  return ['global', 'us'].flatMap((part) => {
    const people = records(`negatives/negatives_${part}.csv`);
    const alerts = people.filter((person) => screen(context, person['full_name']!).state === 'HIT').length;
    const withDate = people.filter((person) => screen(context, person['full_name']!, readBirthDate(person['date_of_birth']!)).state === 'HIT').length;
    const sample = `${people.length} people`;
    return [
      { measure: `innocents ${part}: false positives`, value: percent(alerts / people.length), aim: '<= 1 %', sample },
      { measure: `innocents ${part}, with date of birth`, value: percent(withDate / people.length), aim: '<= 0.33 %', sample },
    ];
  });
}
