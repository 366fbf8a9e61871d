import { ApplicationFailure } from '@temporalio/common';
import type { Context } from '@temporalio/activity';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { correlateSteps, engineLog } from '../../workers/engine-log.ts';
import { interceptors } from '../../workflows/parts/refused-payloads.ts';

const iban = 'DE59500999000010000101';

describe('what the engine and the processes report is a line of the worker\'s log', () => {
  const lines: Record<string, unknown>[] = [];
  const log = engineLog(pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }));
  const line = (write: () => void) => (write(), lines.at(-1));

  it('with the ids, the step and the code, and with nothing that a counterpart or a document said', () => {
    const of = { workflowId: 'ap-invoice/DE01/c-1', runId: 'r-1', namespace: 'finance', correlationId: 'corr-1', step: 'recordParked', code: 'database-unavailable', message: `Account ${iban}`, args: [{ iban }] };
    expect(line(() => log.error('a record failed and is tried again later', of))).toEqual({ level: 50, workflowId: 'ap-invoice/DE01/c-1', step: 'recordParked', code: 'database-unavailable', correlationId: 'corr-1', msg: 'a record failed and is tried again later' });
    const failed = { activityType: 'postSupplierInvoice', attempt: 2, error: ApplicationFailure.nonRetryable(`No such account ${iban}`, 'counterpart-rejected') };
    expect(line(() => log.warn('Activity failed', failed))).toEqual({ level: 40, activityType: 'postSupplierInvoice', attempt: 2, code: 'counterpart-rejected', msg: 'Activity failed' });
    expect(line(() => log.log('ERROR', 'Workflow failed', { error: new TypeError(iban), step: { iban } }))).toEqual({ level: 50, code: 'TypeError', msg: 'Workflow failed' });
    expect(line(() => log.error('alone'))).toEqual({ level: 50, msg: 'alone' });
    expect(JSON.stringify(lines)).not.toContain(iban);
  });

  it('and what it says while all is well is left out', () => {
    const before = lines.length;
    for (const write of [log.trace, log.debug, log.info]) write('Activity started', { workflowId: 'w' });
    log.log('INFO', 'started');
    expect(lines).toHaveLength(before);
  });
});

describe('every line about a case says for which request it is', () => {
  const same = (attributes: Record<string, unknown>) => attributes;

  it.each<[unknown[], object]>([
    [[{ entity: 'DE01', caseId: 'c-1', correlationId: 'corr-1' }], { attempt: 1, correlationId: 'corr-1' }],
    [[], { attempt: 1 }],
    [[null], { attempt: 1 }],
  ])('of a step that was asked with %j', async (args, told) => {
    const { inbound, outbound } = correlateSteps({} as Context);
    await inbound?.execute?.({ args, headers: {} }, () => Promise.resolve());
    expect(outbound?.getLogAttributes?.({ attempt: 1 }, same)).toEqual(told);
  });

  it.each<[unknown[], object]>([
    [[{ entity: 'DE01', caseId: 'c-1', correlationId: 'corr-1' }], { workflowId: 'w', correlationId: 'corr-1' }],
    [[{ entity: 'DE01' }], { workflowId: 'w' }],
  ])('of a process that was started with %j', async (args, told) => {
    const { inbound = [], outbound = [] }: WorkflowInterceptors = interceptors();
    await inbound[0]?.execute?.({ args, headers: {} }, () => Promise.resolve());
    expect(outbound[0]?.getLogAttributes?.({ workflowId: 'w' }, same)).toEqual(told);
  });
});
