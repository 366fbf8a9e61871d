import { expect, it } from 'vitest';
import type { Caller } from '../../bin/demo/callers.ts';
import type { CaseView, Followed } from '../../bin/demo/outcome.ts';
import { payerFor, type Undecided } from '../../bin/demo/pay.ts';

const view = (stage: string, awaiting: CaseView['awaiting'] = []): CaseView => ({ id: 'c', entity: 'DE01', state: 'running', stage, exceptions: [], awaiting });
const approval = view('approval', [{ id: 't', what: 'approval', role: 'ap-lead' }]);
const entry = (name: string, shown: CaseView | undefined, after?: string): Followed => ({
  sample: { name, expected: 'paid · ERP: INV 1.00 EUR', file: 'a.xml', mediaType: 'application/xml', sender: 'anna.berg', number: name, ...(after === undefined ? {} : { after }) },
  number: name, ...(shown ? { sent: { status: 202, caseId: name }, view: shown } : {}),
});

/** An API at which runs are opened; `state` is what it says of them, `asks` the tasks that they wait for. */
function payerAt(undecided: Undecided) {
  const api = { opened: 0, state: 'running', asks: [] as string[] };
  const post = () => Promise.resolve({ status: 202, headers: new Headers(), body: { id: `run-${++api.opened}` } });
  const get = () => Promise.resolve({ status: 200, headers: new Headers(), body: { state: api.state, progress: { awaiting: api.asks.map((id) => ({ id })) } } });
  const caller = { person: 'anna.berg', token: '', get, post } as unknown as Caller;
  const somebody = { approve: () => Promise.resolve(true), override: () => Promise.resolve(false), ask: () => Promise.resolve(undefined) };
  return { api, payer: payerFor(() => Promise.resolve(caller), somebody, { show: () => undefined, say: () => undefined }, undecided) };
}

it.each<[string, Undecided, Followed[], number]>([
  ['all is posted', 'wait', [entry('a', view('posted')), entry('b', view('posted'))], 2],
  ['one waits for a person, who will decide', 'wait', [entry('a', view('posted')), entry('b', approval)], 0],
  ['one waits for a person, who may take long', 'leave', [entry('a', view('posted')), entry('b', approval), entry('c', undefined, 'b')], 2],
  ['one is still on its way', 'leave', [entry('a', view('posted')), entry('b', view('checked'))], 0],
  ['one waits for goods', 'leave', [entry('a', view('posted')), entry('b', view('awaiting-receipt', [{ id: 'r', what: 'receipt', role: 'receiver' }]))], 0],
  ['nothing is posted', 'leave', [entry('b', approval)], 0],
])('when %s (%s), the companies open %s runs', async (_, undecided, followed, runs) => {
  const { api, payer } = payerAt(undecided);
  await payer.go(followed);
  await payer.go(followed);
  expect(api.opened).toBe(runs);
});

it('what is posted after a run is paid by the next one, once that has ended', async () => {
  const { api, payer } = payerAt('leave');
  const late = entry('b', approval);
  const followed = [entry('a', view('posted')), late];
  await payer.go(followed);
  late.view = view('posted');
  await payer.go(followed);
  expect(api.opened).toBe(2);
  api.state = 'confirmed';
  await payer.go(followed);
  await payer.go(followed);
  expect(api.opened).toBe(4);
});

it.each<[string, string[], string, number]>([
  ['that somebody was asked about was cancelled, as after the cut-off of the bank, another one pays', ['run-t-1'], 'cancelled', 4],
  ['found nothing to pay, no other one is opened', [], 'cancelled', 2],
  ['paid, no other one is opened', ['run-t-1'], 'confirmed', 2],
])('when a run %s', async (_, asks, ending, opened) => {
  const { api, payer } = payerAt('wait');
  const followed = [entry('a', view('posted'))];
  api.asks = asks;
  await payer.go(followed);
  Object.assign(api, { state: ending, asks: [] });
  await payer.go(followed);
  Object.assign(api, { state: 'running' });
  await payer.go(followed);
  await payer.go(followed);
  expect(api.opened).toBe(opened);
});
