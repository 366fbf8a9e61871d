import { describe, expect, it } from 'vitest';
import { isOffered } from '../../api/routes/inbox.ts';
import type { Reader } from '../../db/repositories/inbox.ts';
import type { Approval } from '../../domain/model/approval.ts';

describe('whom a task is offered to (A5, S9)', () => {
  const task = (changes: Partial<Approval> = {}): Approval => ({ entity: 'DE01', candidateRole: 'controller', candidatePersons: [], ...changes }) as Approval;
  const reader = (changes: Partial<Reader> = {}): Reader => ({ person: 'ada', actsFor: [{ holder: 'ada', entity: '*' }], seats: [], ...changes });
  const seat = (entity: string, role = 'controller') => reader({ seats: [{ entity, role, holder: 'ada' }] });
  const delegate = (entity: string) => reader({ actsFor: [{ holder: 'ada', entity: '*' }, { holder: 'bob', entity }] });

  it.each([
    ['its role at its company', seat('DE01'), task(), true],
    ['its role everywhere', seat('*'), task(), true],
    ['its role at another company', seat('US01'), task(), false],
    ['another role at its company', seat('DE01', 'buyer'), task(), false],
    ['named', reader(), task({ candidatePersons: ['bob', 'ada'] }), true],
    ['its role, where others are named', seat('DE01'), task({ candidatePersons: ['bob'] }), false],
    ['acting at its company for who is named', delegate('DE01'), task({ candidatePersons: ['bob'] }), true],
    ['acting everywhere for who is named', delegate('*'), task({ candidatePersons: ['bob'] }), true],
    ['acting at another company for who is named', delegate('US01'), task({ candidatePersons: ['bob'] }), false],
    ['assigned', reader(), task({ assignee: 'ada' }), true],
    ['named, and assigned to somebody else', reader(), task({ assignee: 'bob', candidatePersons: ['ada'] }), false],
    ['acting at another company for whom it is assigned to', delegate('US01'), task({ assignee: 'bob' }), false],
  ])('%s', (_who, who, what, offered) => expect(isOffered(who, what)).toBe(offered));
});
