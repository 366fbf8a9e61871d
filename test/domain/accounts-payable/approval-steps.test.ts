import { describe, expect, it } from 'vitest';
import { stepAnswered, stepAsked } from '../../../domain/rules/accounts-payable/approval-steps.ts';

const route = (...ids: string[]) => ids.map((id) => ({ id }));
const grown = route('1-endorsement-controller', '2-endorsement-team-lead', '3-endorsement-finance-manager', '4-authority-cfo');

describe('A4, A8: which step of a route an earlier question or answer is about', () => {
  it.each<[string, string, ReturnType<typeof route>, { asked: string | undefined; answered: string | undefined }]>([
    ['the same step', '4-authority-cfo', grown, { asked: '4-authority-cfo', answered: '4-authority-cfo' }],
    ['a step that another was put before', '1-endorsement-team-lead', grown, { asked: '2-endorsement-team-lead', answered: '2-endorsement-team-lead' }],
    ['an authority that has become an endorsement', '2-authority-finance-manager', grown, { asked: undefined, answered: '3-endorsement-finance-manager' }],
    ['an endorsement of a role that has become the authority', '1-endorsement-cfo', grown, { asked: undefined, answered: undefined }],
    ['a role that is not asked any more', '1-endorsement-buyer', grown, { asked: undefined, answered: undefined }],
    ['the second of two steps of one role', '2-endorsement-controller', route('1-endorsement-controller', '2-endorsement-controller'), { asked: '2-endorsement-controller', answered: '2-endorsement-controller' }],
    ['the share of a cost centre', '1-endorsement-CC-4100', route('1-endorsement-CC-4200', '2-endorsement-CC-4100'), { asked: '2-endorsement-CC-4100', answered: '2-endorsement-CC-4100' }],
  ])('%s', (_what, id, steps, expected) => {
    expect({ asked: stepAsked(steps, id)?.id, answered: stepAnswered(steps, id)?.id }).toEqual(expected);
  });
});
