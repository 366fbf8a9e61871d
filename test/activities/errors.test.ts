import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { translateError } from '../../activities/errors.ts';
import { errorCatalogue, KontorError, type ErrorCode } from '../../domain/errors.ts';

describe('errors become failures in one place', () => {
  it.each([
    ['counterpart-unavailable', false],
    ['counterpart-throttled', false],
    ['outcome-unknown', false],
    ['counterpart-rejected', true],
    ['stale-version', true],
    ['duties-conflict', true],
    ['request-invalid', true],
  ] as [ErrorCode, boolean][])('%s: non-retryable %s', (code, nonRetryable) => {
    const failure = translateError(new KontorError(code, 'x'), 1);
    expect(failure).toMatchObject({ type: code, nonRetryable });
  });

  it('waits as long as the counterpart says', () => {
    const delay = (random: () => number) => translateError(new KontorError('counterpart-throttled', 'x', { retryAfterMs: 1234 }), 1, random).nextRetryDelay;
    expect([delay(() => 0), delay(() => 0.999)]).toEqual([1234, 1850]);
  });

  it.each([['ECONNREFUSED'], ['57P01'], ['08006'], ['53300']])('a database that answers %s is only away', (code) => {
    const failure = translateError(Object.assign(new Error('IBAN DE00'), { code }), 99);
    expect(failure).toMatchObject({ type: 'database-unavailable', nonRetryable: false });
    expect(failure.message).not.toContain('DE00');
  });

  it('an unexpected error is given up at the third try and keeps document content out of its message', () => {
    const error = new TypeError('cannot read ACME GmbH');
    expect(translateError(error, 2).nonRetryable).toBe(false);
    expect(translateError(error, 3)).toMatchObject({ type: 'internal-error', nonRetryable: true, message: 'Unexpected TypeError.' });
  });

  it('an application failure passes unchanged', () => {
    const failure = ApplicationFailure.nonRetryable('x', 'y');
    expect(translateError(failure, 1)).toBe(failure);
  });

  it('every code of the catalogue has a title and a remedy', () => {
    for (const [code, entry] of Object.entries(errorCatalogue)) expect(entry.title.length * entry.remedy.length, code).toBeGreaterThan(0);
  });
});
