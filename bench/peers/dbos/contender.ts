import { launchNode } from '../../../bin/services/node-process.ts';
import type { Contender } from '../../invoice/contender.ts';
import { atApi } from '../../invoice/kontor.ts';
import { install } from './install.ts';

/** One program with API and processes; `bench/peers/dbos/main.ts` may be killed and launched again on the same database: it goes on where it was. */
export const contender: Contender = {
  install,
  async start({ settings }) {
    const program = await launchNode({ name: 'dbos', file: 'bench/peers/dbos/main.ts', settings });
    return { ...atApi(settings), stop: () => program.stop() };
  },
};
