import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { keptHistories, replay } from '../support/histories.ts';

/** Runs that began under an earlier version must go on under this one: their histories are replayed, without any server. */
const kept = keptHistories();

describe('recorded histories', () => {
  let code: string;
  beforeAll(async () => {
    ({ code } = await bundleWorkflows());
  });

  it('are there', () => {
    expect(kept.length).toBeGreaterThan(5);
  });

  it.each(kept)('$name goes on as it began', async ({ name, history }) => {
    expect(await replay(code, [{ workflowId: name, history }])).toEqual([undefined]);
  });

  it.each(kept)('$name names no machine and no folder', ({ text, history }) => {
    const said = [text];
    JSON.stringify(history, (_key, value: unknown) => {
      if (value instanceof Uint8Array) said.push(Buffer.from(value).toString('utf8'));
      return value instanceof Uint8Array ? undefined : value;
    });
    expect(said.filter((words) => /"\d+@|\/(home|root|tmp|work|Users)\//.test(words))).toEqual([]);
  });

  it.each([
    ['a step that is called by another name', (text: string) => text.replaceAll('gatherInvoiceFacts', 'guessInvoiceFacts')],
    ['a step that is left out', (text: string) => text.replace(/const \{ factsId \} = await [^;]*gather\w*\)?\([^;]*;/, "const factsId = '';")],
  ])('%s is caught', async (_what, change) => {
    const changed = change(code);
    expect(changed).not.toBe(code);
    const verdicts = await replay(changed, kept.map(({ name, history }) => ({ workflowId: name, history })));
    expect(verdicts).toHaveLength(kept.length);
    expect(verdicts.filter((verdict) => verdict === undefined)).toEqual([]);
  });
});
