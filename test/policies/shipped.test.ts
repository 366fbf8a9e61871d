import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEntity, readPolicy } from '../../documents/policy/read-policy.ts';
import type { Policy, PolicyKind } from '../../domain/policy/index.ts';

const root = join(import.meta.dirname, '../../policies');
const folders: Record<PolicyKind, string> = {
  tolerances: 'tolerances', approval: 'approval', duplicates: 'duplicates', deadlines: 'deadlines', coding: 'coding', tax: 'tax', posting: 'posting', payments: 'payments', calendar: 'calendars', process: 'processes',
};
const filesOf = (folder: string): string[] => readdirSync(join(root, folder)).filter((file) => file.endsWith('.yaml')).map((file) => join(folder, file));
const files = Object.values(folders).flatMap(filesOf);
const read = (file: string): Policy => readPolicy(readFileSync(join(root, file), 'utf8'), file);
const entities = filesOf('entities').map((file) => ({ file, entity: readEntity(readFileSync(join(root, file), 'utf8'), file) }));

describe('shipped policies', () => {
  it.each(files)('%s is valid, named after its file and of the kind of its folder', (file) => {
    const policy = read(file);
    expect(policy.name).toBe(basename(file, '.yaml'));
    expect(folders[policy.kind]).toBe(file.split(/[\\/]/)[0]);
  });

  it.each(entities)('$file names only policies that exist, in its own currency', ({ file, entity }) => {
    expect(basename(file, '.yaml')).toBe(entity.id);
    for (const [kind, name] of [...Object.entries(entity.policies), ['calendar', entity.calendar] as const]) {
      const policy = read(join(folders[kind as PolicyKind], `${name}.yaml`));
      if ('currency' in policy) expect(policy.currency).toBe(entity.currency);
      if (policy.kind === 'calendar') expect(policy.timeZone).toBe(entity.timeZone);
    }
  });

  it('the accounts and cost centres of tolerances exist in the chart of their company', () => {
    for (const { entity } of entities) {
      const tolerances = read(`tolerances/${entity.policies.tolerances}.yaml`);
      const coding = read(`coding/${entity.policies.coding}.yaml`);
      if (tolerances.kind !== 'tolerances' || coding.kind !== 'coding') throw new Error('wrong kind');
      const { account, costCentre } = tolerances.header.smallDifference;
      expect(coding.accounts.map(({ id }) => id)).toContain(account);
      expect(coding.costCentres.map(({ id }) => id)).toContain(costCentre);
    }
  });
});
