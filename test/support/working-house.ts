import { serveApi, type ServedApi } from '../api/house.ts';
import { openHouse, type House, type HouseOptions } from './house.ts';
import { payments } from './payments.ts';
import { people } from './people.ts';

/** A house at work: its worker runs and knows what the ERP held before, people decide, payments move, and the API answers in the test's own process. */
export interface WorkingHouse {
  house: House;
  api: ServedApi;
  they: ReturnType<typeof people>;
  pay: ReturnType<typeof payments>;
  dispose(): Promise<void>;
}

/** `before`: what the ERP is to hold when the worker looks for the first time. */
export async function workingHouse({ before, ...options }: HouseOptions & { before?: (house: House) => Promise<void> } = {}): Promise<WorkingHouse> {
  const house = await openHouse(options);
  const api = await serveApi({ db: house.db, client: house.client, stateDir: house.settings.stateDir });
  const they = people(house);
  await before?.(house);
  await house.startWorker();
  await house.firstPoll('DE01');
  return {
    house,
    api,
    they,
    pay: payments(house, they),
    async dispose() {
      api.close();
      await house.dispose();
    },
  };
}
