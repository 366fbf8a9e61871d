import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hashOf, states } from '../../activities/decisions.ts';
import type { Decision } from '../../domain/model/decision.ts';
import type { DecisionStatement } from '../../temporal-config/decision-envelope.ts';

const payload = { reason: 'Agreed by phone' };
const decision: Decision = {
  schemaVersion: 1, id: 'd-1', entity: 'DE01', case: 'DE01-26-000001', workflowId: 'ap-invoice/DE01/DE01-26-000001', approval: 't-1', exception: 'x-1', update: 'decide', decision: 'approve', reasonCode: 'PRI',
  payload, person: 'clara.winter', onBehalfOf: 'nora.falk', documentHash: 'a', decisionHash: 'b', policyVersion: 'approval/DE01@1', envelope: 'signed', correlationId: 'c', state: 'proposed', createdAt: '2026-11-20T09:30:00.000Z',
};
const statement: Required<DecisionStatement> = {
  decisionId: 'd-1', entity: 'DE01', caseId: 'DE01-26-000001', workflowId: 'ap-invoice/DE01/DE01-26-000001', task: 't-1', exception: 'x-1', update: 'decide', decision: 'approve', reasonCode: 'PRI',
  payloadHash: hashOf(payload), person: 'clara.winter', onBehalfOf: 'nora.falk', documentHash: 'a', decisionHash: 'b', policyVersion: 'approval/DE01@1', issuer: 'kontor', authenticatedAt: 1, decidedAt: '2026-11-20T09:30:00.000Z',
};

/** Where the row keeps each signed word; what it does not keep has nothing to be compared with. */
const notKept = 'not kept';
const keptAs: Record<keyof DecisionStatement, keyof Decision | typeof notKept> = {
  decisionId: 'id', entity: 'entity', caseId: 'case', workflowId: 'workflowId', update: 'update', decision: 'decision', task: 'approval', exception: 'exception', reasonCode: 'reasonCode',
  documentHash: 'documentHash', decisionHash: 'decisionHash', policyVersion: 'policyVersion', payloadHash: 'payload', person: 'person', onBehalfOf: 'onBehalfOf',
  issuer: notKept, authenticatedAt: notKept, decidedAt: notKept,
};
const compared = Object.entries(keptAs).filter(([, column]) => column !== notKept);

describe('S11: what was signed and what is decided are the same in every word', () => {
  it('a row that says what was signed is believed, and so is one where both are silent', () => {
    expect(states(statement, decision)).toBe(true);
    const { task: _task, exception: _exception, reasonCode: _reason, policyVersion: _policy, onBehalfOf: _delegator, ...short } = statement;
    const { approval: _approval, exception: _open, reasonCode: _why, policyVersion: _version, onBehalfOf: _for, ...shortRow } = decision;
    expect(states(short, shortRow)).toBe(true);
  });

  it.each(compared)('another %s alone is another decision: in the row (%s), in the envelope, and where one of them is silent', (word, column) => {
    const otherRow = { ...decision, [column]: column === 'payload' ? { reason: 'Agreed by letter' } : 'another' } as Decision;
    expect(states(statement, otherRow)).toBe(false);
    expect(states({ ...statement, [word]: 'another' }, decision)).toBe(false);
    expect(states({ ...statement, [word]: undefined }, decision)).toBe(false);
    if (column !== 'payload') expect(states(statement, { ...decision, [column]: undefined })).toBe(false);
  });

  it('no word is signed that this does not know', () => {
    const [, words] = /interface DecisionStatement \{(.*?)\n\}/s.exec(readFileSync(new URL('../../temporal-config/decision-envelope.ts', import.meta.url), 'utf8')) as RegExpExecArray;
    expect([...(words as string).matchAll(/^ {2}(\w+)\??:/gm)].map(([, word]) => word).sort()).toEqual(Object.keys(keptAs).sort());
  });
});
