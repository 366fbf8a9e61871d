import { describe, expect, it } from 'vitest';
import type { Person } from '../../../domain/model/person.ts';
import { describeReassignment, reassignment, type Directory } from '../../../domain/rules/accounts-payable/reassignment.ts';

const person = (id: string, ...roles: [role: string, limit?: string, costCentre?: string][]): Person => ({
  id, employeeId: id, name: id, active: true,
  roles: roles.map(([role, limit, costCentre]) => ({ entity: 'DE01', role, ...(limit ? { limit: { currency: 'EUR', minor: limit } } : {}), ...(costCentre ? { costCentres: [costCentre] } : {}) })),
});
const left = (id: string): Person => ({ ...person(id, ['team-lead', '100000']), active: false });
const ann = person('ann', ['team-lead', '100000']);
const ben = person('ben', ['team-lead', '100000']);
const cleo = person('cleo', ['finance-manager', '5000000']);

const directory = (people: Person[], more: Partial<Directory> = {}): Directory => ({ people, delegations: [], ladder: ['team-lead', 'finance-manager', 'cfo'], able: ['team-lead', 'finance-manager'], operatorQueue: 'ap-operations', ...more });
const task = (more: Partial<Parameters<typeof reassignment>[0]> = {}) => ({ entity: 'DE01', step: '1-authority-team-lead', candidateRole: 'team-lead', candidatePersons: [] as string[], amount: { currency: 'EUR', minor: '50000' }, ...more });

describe('A9: who is asked follows the directory', () => {
  it.each<[string, Parameters<typeof reassignment>[0], Directory, object | undefined]>([
    ['nobody changed', task({ candidatePersons: ['ann', 'ben'], assignee: 'ann' }), directory([ann, ben, cleo]), undefined],
    ['a role without names, held by somebody', task(), directory([ann, cleo]), undefined],
    ['the assignee left: back to the others', task({ candidatePersons: ['ann', 'ben'], assignee: 'ann' }), directory([left('ann'), ben]), { role: 'team-lead', persons: ['ben'], gone: [{ person: 'ann', why: 'left' }], roleChanged: false }],
    ['the only one left: back to the role', task({ candidatePersons: ['ann'] }), directory([left('ann'), ben]), { role: 'team-lead', persons: [], gone: [{ person: 'ann', why: 'left' }], roleChanged: false }],
    ['nobody with the role is left: the next with authority', task({ candidatePersons: ['ann'] }), directory([left('ann'), cleo]), { role: 'finance-manager', persons: [], roleChanged: true }],
    ['nor anybody above: the operators', task(), directory([left('ann')], { able: [] }), { role: 'ap-operations', gone: [], roleChanged: true }],
    ['the role was taken away', task({ assignee: 'ann' }), directory([person('ann', ['buyer']), ben]), { role: 'team-lead', gone: [{ person: 'ann', why: 'disqualified' }] }],
    ['the limit was lowered below the amount', task({ candidatePersons: ['ann', 'ben'] }), directory([person('ann', ['team-lead', '49999']), ben]), { persons: ['ben'], gone: [{ person: 'ann', why: 'disqualified' }] }],
    ['an endorsement needs no limit', task({ step: '1-endorsement-team-lead', candidatePersons: ['ann'] }), directory([person('ann', ['team-lead', '1']), ben]), undefined],
    ['the cost centre has another owner', task({ step: '1-endorsement-CC-4100', candidateRole: 'cost-centre-owner', candidatePersons: ['lena'] }), directory([person('lena', ['cost-centre-owner', '100000', 'CC-6000']), person('tom', ['cost-centre-owner', '100000', 'CC-4100'])]), { role: 'cost-centre-owner', persons: [], gone: [{ person: 'lena', why: 'disqualified' }] }],
    ['who acts for a holder may keep it', task({ assignee: 'dan' }), directory([ann, person('dan', ['buyer'])], { delegations: [{ id: 'd', delegator: 'ann', delegate: 'dan', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }] }), undefined],
    ['unless the holder left', task({ assignee: 'dan' }), directory([left('ann'), ben, person('dan', ['buyer'])], { delegations: [{ id: 'd', delegator: 'ann', delegate: 'dan', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }] }), { gone: [{ person: 'dan', why: 'disqualified' }] }],
    ['or left', task({ assignee: 'dan' }), directory([ann, { ...person('dan', ['buyer']), active: false }], { delegations: [{ id: 'd', delegator: 'ann', delegate: 'dan', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }] }), { gone: [{ person: 'dan', why: 'left' }] }],
    ['the owner of no cost centre answers for none', task({ step: '1-endorsement-CC-4100', candidateRole: 'cost-centre-owner', candidatePersons: ['lena'] }), directory([{ ...person('lena'), roles: [{ entity: 'DE01', role: 'cost-centre-owner', costCentres: [] }] }, person('tom', ['cost-centre-owner', '100000', 'CC-4100'])]), { persons: [], gone: [{ person: 'lena', why: 'disqualified' }] }],
    ['what the operators handed on stays with whom they gave it to', task({ candidateRole: 'ap-operations', assignee: 'cleo' }), directory([ann, cleo, person('mira', ['ap-operations'])]), undefined],
    ['unless that person left', task({ candidateRole: 'ap-operations', assignee: 'ann' }), directory([left('ann'), cleo]), { role: 'ap-operations', gone: [{ person: 'ann', why: 'left' }], roleChanged: false }],
    ['what lies with the operators stays there', task({ candidateRole: 'ap-operations' }), directory([ann]), undefined],
  ])('%s', (_case, asked, now, expected) => {
    const answer = reassignment(asked, now);
    if (expected === undefined) expect(answer).toBeUndefined();
    else expect(answer).toMatchObject(expected);
  });

  it('says who is gone, why, and who is asked instead', () => {
    expect(describeReassignment({ role: 'team-lead', persons: [], gone: [{ person: 'ann', why: 'left' }], roleChanged: false })).toBe('ann has left: reassigned to team-lead.');
    expect(describeReassignment({ role: 'cfo', persons: [], gone: [{ person: 'ann', why: 'disqualified' }], roleChanged: true })).toBe('ann may not decide it any more, nobody else holds the role: reassigned to cfo.');
  });
});
