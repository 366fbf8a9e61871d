import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import type { ServedApi } from '../api/house.ts';
import type { House } from '../support/house.ts';
import { billed, submit, type BilledLine } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse } from '../support/working-house.ts';
import { unzip } from '../support/zip.ts';

/** Guarantee 9: each automatic decision says by which rules, on which inputs, with which numbers and under which policies. */
interface Explained {
  id: string;
  disposition: string;
  policyVersions: Record<string, string>;
  result: { explanation: { rule: string; inputs: Record<string, string>; result: string }[]; match: { lines: Record<string, unknown>[] }; amountForAuthority: unknown; route: { policyVersion: string; reason: string } };
}

const pipes = (quantity: string, price = '36.00'): BilledLine => ({ orderNumber: '4500000116', orderLine: '10', quantity, price });
const unknown = { quantity: '1', price: '90.00' };

describeWithServices('everything is explained', () => {
  let house: House;
  let api: ServedApi;
  let dispose: () => Promise<void>;

  beforeAll(async () => {
    ({ house, api, dispose } = await workingHouse());
  });
  afterAll(() => dispose());

  const packOf = async (caseId: string) => {
    const answer = await (await api.as('arne.holt')).get(`/v1/invoices/${caseId}/evidence`);
    expect(answer.status, answer.text.slice(0, 500)).toBe(200);
    const files = unzip(answer.body as Buffer);
    const read = <Content>(name: string) => JSON.parse(files.get(name)!.toString('utf8')) as Content;
    return { assessment: read<Explained>('assessment.json'), policies: read<{ version: string; content: object }[]>('policies.json'), facts: read<{ orders: object[] }>('facts.json') };
  };

  it.each([
    ['posted without anybody', pipes('4'), 'posted', 'ready-to-post', ['T2', 'D1', 'M1', 'M2', 'M8', 'T1', 'A1', 'A2', 'G3']],
    ['stopped by a price', pipes('2', '44.00'), 'exception', 'exception', ['M1', 'M2', 'A1', 'A2']],
    ['of an unknown supplier', unknown, 'exception', 'exception', ['T2', 'D1', 'A1']],
    ['that needs approval', { quantity: '1', price: '300.00', costCentre: 'CC-6000', name: 'Web hosting' }, 'approval', 'needs-approval', ['T2', 'A1', 'A2']],
  ] as const)('a document %s', async (_what, line, stage, disposition, rules) => {
    const seller = line === unknown ? { seller: { name: 'Unbekannt AG', vatId: 'DE999999999' }, iban: 'DE02120300000000202051' } : {};
    const { caseId } = await submit(house.db, billed({ lines: [line], ...seller }));
    await house.stage(caseId, stage);
    const { assessment, policies, facts } = await packOf(caseId);

    expect(assessment.disposition).toBe(disposition);
    expect(assessment.result.explanation.map(({ rule }) => rule)).toEqual(expect.arrayContaining([...rules]));
    for (const { rule, inputs, result } of assessment.result.explanation) expect({ rule, inputs: Object.keys(inputs).length > 0, result: result !== '' }).toEqual({ rule, inputs: true, result: true });
    expect(Object.keys(assessment.policyVersions).sort()).toEqual(['approval', 'calendar', 'coding', 'deadlines', 'duplicates', 'posting', 'tax', 'tolerances']);
    expect(policies.map(({ version }) => version).sort()).toEqual(Object.values(assessment.policyVersions).sort());
    expect(facts.orders).toHaveLength('orderNumber' in line ? 1 : 0);
    if ('orderNumber' in line) expect(assessment.result.match.lines[0]).toMatchObject({ orderNumber: line.orderNumber, invoicePrice: expect.any(String), orderPrice: expect.any(String), expected: expect.any(String) });

    const [event] = await sql<{ event: string }>(house.db, `select event from audit_events where case_id = :caseId and action = 'invoice.assessed' order by seq desc limit 1`, { caseId });
    expect(JSON.parse(event!.event)).toMatchObject({ policyVersions: assessment.policyVersions, data: { assessmentId: assessment.id, payable: { currency: 'EUR', minor: expect.any(String) } } });
  });
});
