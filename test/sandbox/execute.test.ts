import { describe, expect, it } from 'vitest';
import { createExecutor } from '../../sandbox/shared/execute.ts';
import { createFaults, faultKinds, faultRuleSchema } from '../../sandbox/shared/faults.ts';
import type { Exchange, Route } from '../../sandbox/shared/http.ts';

const route: Route = { name: 'erp.invoices.post', method: 'POST', path: '/x', handle: () => ({ status: 201, body: {} }) };

describe('carrying out a request', () => {
  it.each([undefined, ...faultKinds.filter((kind) => !['fail-before-commit', 'throttle', 'refuse', 'commit-late'].includes(kind))])('says nothing before the disk has it (fault: %s)', async (kind) => {
    const faults = createFaults();
    if (kind) faults.add(faultRuleSchema.parse({ kind, times: 1, delayMs: 0 }));
    const told: string[] = [];
    let onDisk = () => undefined as void;
    const disk = new Promise<void>((resolve) => (onDisk = resolve));
    const { execute } = createExecutor(faults, 10_000, () => disk);
    const done = execute(route, { params: {}, query: new URLSearchParams(), headers: {}, body: undefined }, exchange(told));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(told).toEqual([]);
    onDisk();
    await done;
    expect(told).toHaveLength(1);
  });
});

function exchange(told: string[]): Exchange {
  return {
    receivedAt: Date.now(),
    answer: ({ status }) => void told.push(String(status)),
    drop: () => void told.push('dropped'),
    clientGone: () => false,
    onClientGone: () => undefined,
  };
}
