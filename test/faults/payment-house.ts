import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { openHouse, type House } from '../support/house.ts';
import { openLines, type Lines } from './lines.ts';
import { patiently, readyToPay } from './workday.ts';

/** A house in which payments are struck: its worker is behind lines that can be cut, and can be replaced at any time. */
export interface PaymentHouse {
  house: House;
  lines: Lines;
  /** What all seeds came to that it has seen. */
  played: { accepted: string[]; paid: number; repeatsSuppressed: number };
  /** Kills the worker, and starts the next one. */
  replaceWorker(): Promise<void>;
  dispose(): Promise<void>;
}

export const paymentTimes = { processingLimitMs: 600, timeoutMs: 800 };

/** `ownServices`: with a database and an engine that may be killed. `home`: the worker is another checkout's. */
export async function openPaymentHouse({ ownServices, home }: { ownServices: boolean; home?: string }): Promise<PaymentHouse> {
  const house = await openHouse({ ownServices, processingLimitMs: paymentTimes.processingLimitMs, erpTimeoutMs: paymentTimes.timeoutMs, set: readyToPay(paymentTimes) });
  const lines = await openLines(house);
  const start = (): Promise<ReadyNodeProcess> => house.startWorker(lines.env, home);
  let worker = await start();
  await house.firstPoll('DE01');
  /** One replacement after the other: two strikes at once would start two workers on one port. */
  let replaced: Promise<void> = Promise.resolve();
  const replace = async () => {
    await worker.kill();
    worker = await patiently(start); // the engine may be down just now
  };
  return {
    house,
    lines,
    played: { accepted: [], paid: 0, repeatsSuppressed: 0 },
    replaceWorker: () => (replaced = replaced.then(replace)),
    async dispose() {
      await lines.close();
      await house.dispose();
    },
  };
}
