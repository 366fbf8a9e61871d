import type { CloseTemplate } from '../../domain/model/close-task.ts';
import { closeTemplateSchema } from '../../domain/model/close-task.ts';

/** Forty companies with fifty tasks each: chains, joins, edges between companies, figures that tasks rest on. */
export function largeTemplate(entities = 40, tasksPerEntity = 50): CloseTemplate {
  const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Asia/Kolkata'];
  return closeTemplateSchema.parse({
    schemaVersion: 1,
    name: 'large',
    version: 1,
    calendars: { west: { weekend: [6, 7], holidays: ['2026-11-03', '2026-11-26'] } },
    people: { owner: { groups: ['accounting'] }, reviewer: { groups: ['controlling'] } },
    entities: Array.from({ length: entities }, (_, index) => ({ id: `E${String(index).padStart(2, '0')}`, calendar: 'west', timeZone: zones[index % zones.length] })),
    tasks: Array.from({ length: tasksPerEntity }, (_, index) => ({
      id: `t${String(index).padStart(2, '0')}`,
      title: `Task ${index}`,
      kind: index % 5 === 0 ? 'reconciliation' : 'manual',
      owner: 'owner',
      reviewer: 'reviewer',
      after: [
        ...[1, 7].filter((back) => index >= back && index % 10 !== 0).map((back) => `t${String(index - back).padStart(2, '0')}`),
        // Every tenth task waits for one of the first company, as a group calendar does.
        ...(index % 10 === 9 ? [`E00/t${String(index - 9).padStart(2, '0')}`] : []),
      ],
      due: { workday: 1 + (index % 8), time: '17:00' },
      minutes: 30 + (index % 4) * 60,
      inputs: [`balance/{entity}/${index}`],
    })),
  });
}
