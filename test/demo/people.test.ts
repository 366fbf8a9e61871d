import { expect, it } from 'vitest';
import type { Caller } from '../../bin/demo/callers.ts';
import { decidersAt } from '../../bin/demo/people.ts';

const persons = ['vera.noll', 'sami.rahal'].map((id) => ({ id, active: true, roles: [{ entity: 'DE01', role: 'treasurer' }] }));
const task = { entity: 'DE01', state: 'open', candidateRole: 'treasurer', candidatePersons: [], decisionHash: 'h' };

/** What was said of a release, and by whom; `refuses` is how the API answers, nothing where it takes the answer. */
async function released(refuses: (person: string, decision: string) => { status: number; code: string } | undefined) {
  const said: string[] = [];
  const as = (person: string) => Promise.resolve({
    get: (path: string) => Promise.resolve({ status: 200, body: path.endsWith('people') ? { people: persons } : { task } }),
    post: (_path: string, { json }: { json: { decision: string } }) => {
      said.push(`${person} ${json.decision}`);
      const refusal = refuses(person, json.decision);
      return Promise.resolve({ status: refusal?.status ?? 200, body: { code: refusal?.code } });
    },
  } as unknown as Caller);
  const deciders = await decidersAt(as);
  return { taken: await deciders.approve('run-t-1'), said };
}

it.each<[string, Parameters<typeof released>[0], { taken: boolean; said: string[] }]>([
  ['the first may', () => undefined, { taken: true, said: ['vera.noll approve'] }],
  ['the first has another duty', (person) => (person === 'vera.noll' ? { status: 403, code: 'duties-conflict' } : undefined), { taken: true, said: ['vera.noll approve', 'sami.rahal approve'] }],
  ['nobody may', () => ({ status: 403, code: 'not-permitted' }), { taken: false, said: ['vera.noll approve', 'sami.rahal approve'] }],
  ['it has changed meanwhile', () => ({ status: 409, code: 'stale-version' }), { taken: false, said: ['vera.noll approve'] }],
  ['the day of the bank is over, so that the run is rejected', (_, decision) => (decision === 'approve' ? { status: 422, code: 'cut-off-missed' } : undefined), { taken: true, said: ['vera.noll approve', 'vera.noll reject'] }],
])('a run is released where %s', async (_, refuses, expected) => expect(await released(refuses)).toEqual(expected));
