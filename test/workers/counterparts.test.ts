import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leaseFor } from '../../activities/once.ts';
import type { AdapterTools, ExchangeRequest } from '../../adapters/ports/definition.ts';
import { createGuard, defaultLimits } from '../../adapters/tools/guard.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { KontorError } from '../../domain/errors.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { PaymentFile } from '../../domain/model/payment-order.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { counterparts } from '../../workers/counterparts.ts';

const settings = { ...readSettings(), sandboxUrl: 'http://127.0.0.1:1' };
const companies = readSandboxSet(settings.home).entities;
/** The sandbox commits nothing later than this after it was received; it shares no code with the product, so its promise is read. */
const processingLimitMs = Number(/SANDBOX_PROCESSING_LIMIT_MS = '(\d+)'/.exec(readFileSync(join(settings.home, 'sandbox/main.ts'), 'utf8'))?.[1]);
const context = { correlationId: 'c' };

/** The counterparts of a company, and what they asked of a network that is not there. */
function opened(company: LegalEntity) {
  const asked: ExchangeRequest[] = [];
  const tools: AdapterTools = {
    now: () => new Date(),
    exchange: (request) => (asked.push(request), Promise.reject(new KontorError('counterpart-unavailable', 'no network here'))),
  };
  const access = counterparts(settings, tools, createGuard());
  return { erp: access.erpOf(company), bank: access.bankOf(company)!, asked };
}

/** An effect and its enquiry; answers the longest time that one of them waits. */
async function waits({ asked }: { asked: ExchangeRequest[] }, calls: readonly Promise<unknown>[]): Promise<number> {
  await Promise.allSettled(calls);
  expect(asked.map(({ operation }) => operation).sort()).toEqual(['effect', 'read']);
  return Math.max(...asked.map(({ timeoutMs }) => timeoutMs));
}

describe.each(companies)('the counterparts of $id as shipped', (company) => {
  it('the ERP: "not found" proves nothing while a call may wait at the gate, be on its way and be worked on', async () => {
    const { erp, asked } = opened(company);
    const timeoutMs = await waits({ asked }, [erp.port.reverseDocument({ entity: company.id, documentNumber: '1', externalReference: 'k', correlationId: 'c', reason: 'r' }, context), erp.port.findByExternalReference(company.id, 'k', context)]);
    expect(erp.settleWindowMs).toBeGreaterThanOrEqual(timeoutMs + defaultLimits.patienceMs + processingLimitMs);
    expect(erp.longestCallMs).toBeGreaterThanOrEqual(timeoutMs);
    expect(leaseFor(erp), 'an answer that takes its time at the gate is still of its own attempt').toBeGreaterThan(timeoutMs + defaultLimits.patienceMs);
  });

  it('the bank: "not found" proves nothing while a file may wait at the gate, be on its way and be worked on for as long again', async () => {
    const { bank, asked } = opened(company);
    const file: PaymentFile = { messageId: 'm', fileName: 'm.xml', mediaType: 'application/xml', format: 'pain.001', text: '<file/>', transfers: 1, controlSum: '10.00' };
    const timeoutMs = await waits({ asked }, [bank.port.submitFile(file, context), bank.port.findSubmission('m', context)]);
    expect(bank.settleWindowMs).toBeGreaterThanOrEqual(2 * timeoutMs + defaultLimits.patienceMs);
    expect(bank.settleWindowMs).toBeGreaterThanOrEqual(timeoutMs + defaultLimits.patienceMs + processingLimitMs);
    expect(bank.longestCallMs).toBeGreaterThanOrEqual(timeoutMs);
    expect(leaseFor(bank), 'an answer that takes its time at the gate is still of its own attempt').toBeGreaterThan(timeoutMs + defaultLimits.patienceMs);
  });

  it('what its file says of the settle windows counts', () => {
    const [erpMs, bankMs] = [31_000, 47_000];
    const { erp, bank } = company;
    const own = { ...company, erp: { ...erp, settings: { ...erp.settings, settleWindowMs: erpMs } }, bank: { ...bank!, settings: { ...bank!.settings, transport: { ...(bank!.settings['transport'] as object), settleWindowMs: bankMs } } } };
    const access = opened(own);
    expect([access.erp.settleWindowMs, access.bank.settleWindowMs]).toEqual([erpMs, bankMs]);
  });
});
