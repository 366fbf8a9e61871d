import { launchNode } from '../../bin/services/node-process.ts';
import { callersAt } from '../../bin/demo/callers.ts';
import type { Settings } from '../../temporal-config/settings.ts';
import type { Contender, Running } from './contender.ts';

/** Kontor's own API with a worker program of `workerFile`: ours, and a peer that differs in its workflows only. */
export function onTemporal(workerFile: string): Contender {
  return {
    async start({ settings }) {
      const worker = await launchNode({ name: 'worker', file: workerFile, settings });
      const api = await launchNode({ name: 'api', file: 'api/main.ts', settings });
      return {
        ...atApi(settings),
        async stop() {
          await api.stop();
          await worker.stop();
        },
      };
    },
  };
}

/** The door alone: what is taken in waits. */
export const apiOnly: Contender = {
  async start({ settings }) {
    const api = await launchNode({ name: 'api', file: 'api/main.ts', settings });
    const { submit } = atApi(settings);
    return { submit, approve: () => Promise.reject(new Error('nobody carries anything on here')), stop: () => api.stop() };
  },
};

/** What people do at the API of an installation. */
export function atApi(settings: Settings): Pick<Running, 'submit' | 'approve'> {
  const as = callersAt(`http://${settings.bindAddress}:${settings.apiPort}`);
  return {
    async submit(invoice) {
      const { status, body } = await (await as('anna.berg')).post('/v1/invoices', { json: invoice });
      if (status !== 202) throw new Error(`intake answered ${status}: ${JSON.stringify(body)}`);
      return { caseId: String(body.id) };
    },
    async approve({ id, decisionHash }, person) {
      const { status, body } = await (await as(person)).post(`/v1/approvals/${id}/decision`, { json: { decision: 'approve', decisionHash } });
      if (status !== 200 && status !== 202) throw new Error(`the approval was answered ${status}: ${JSON.stringify(body)}`);
    },
  };
}
