import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openStatement, signStatement, type DecisionStatement } from '../../temporal-config/decision-envelope.ts';
import { signingKey, signText, verifyText } from '../../temporal-config/keys.ts';

const state = mkdtempSync(join(tmpdir(), 'kontor-keys-'));
afterAll(() => rmSync(state, { recursive: true }));

const statement: DecisionStatement = {
  decisionId: 'd-1', entity: 'DE01', caseId: 'DE01-26-000001', workflowId: 'ap-invoice/DE01/DE01-26-000001', update: 'decide', decision: 'approve', task: 't-1',
  documentHash: 'a', decisionHash: 'b', payloadHash: 'c', person: 'p-1', issuer: 'kontor', authenticatedAt: 1, decidedAt: '2026-11-20T09:30:00.000Z',
};

describe('decision envelope (S10, S11)', () => {
  it('opens to exactly what was signed', async () => {
    const key = signingKey(state, 'decisions');
    expect(await openStatement(await signStatement(statement, key), key)).toEqual(statement);
  });

  it('a changed byte, another key, another type or plain text opens to nothing', async () => {
    const key = signingKey(state, 'decisions');
    const envelope = await signStatement(statement, key);
    const [head, body, signature] = envelope.split('.') as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ ...statement, decision: 'reject' })).toString('base64url');
    expect(await openStatement(`${head}.${forged}.${signature}`, key)).toBeUndefined();
    expect(await openStatement(`${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`, key)).toBeUndefined();
    expect(await openStatement(envelope, signingKey(state, 'login'))).toBeUndefined();
    expect(await openStatement('x.y.z', key)).toBeUndefined();
    const unsigned = `${Buffer.from('{"alg":"none","typ":"kontor-decision"}').toString('base64url')}.${body}.`;
    expect(await openStatement(unsigned, key)).toBeUndefined();
  });

  it('keys stay the same, belong to their purpose and are private to their owner', () => {
    const first = signingKey(state, 'audit-checkpoints');
    const again = signingKey(state, 'audit-checkpoints');
    expect(verifyText(again, 'text', signText(first, 'text'))).toBe(true);
    expect(verifyText(again, 'texT', signText(first, 'text'))).toBe(false);
    expect(statSync(join(state, 'keys', 'audit-checkpoints.pem')).mode & 0o777).toBe(0o600);
  });
});
