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

/** An API at which runs are opened; `state` is what it says of them. */
function payerAt(undecided: Undecided) {
  const api = { opened: 0, state: 'running' };
  const post = () => Promise.resolve({ status: 202, headers: new Headers(), body: { id: `run-${++api.opened}` } });
  const get = () => Promise.resolve({ status: 200, headers: new Headers(), body: { state: api.state, progress: { awaiting: [] } } });
  const caller = { person: 'anna.berg', token: '', get, post } as unknown as Caller;
  const nobody = { approve: () => Promise.resolve(false), override: () => Promise.resolve(false), ask: () => Promise.resolve(undefined) };
  return { api, payer: payerFor(() => Promise.resolve(caller), nobody, { show: () => undefined, say: () => undefined }, undecided) };
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
