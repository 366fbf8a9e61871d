import { parseArgs } from 'node:util';
import type { Invoice } from '../domain/model/invoice.ts';
import type { TemporalStore } from '../temporal-config/settings.ts';
import type { Result } from './benchmark.ts';
import { describeIdle, withContenders, type Arena, type Entered } from './invoice/arena.ts';
import { contenders, ourName } from './invoice/contenders.ts';
import { allTimes, describeParts, load, median, met, processorOf, quantile, round, spread, sumOf } from './invoice/figures.ts';
import { apiOnly } from './invoice/kontor.ts';
import { carry, measured, type Round } from './invoice/load.ts';

export const summary = 'A touchless invoice from intake to posted, with callers that wait for each: ours and its peers, in turns (--contenders, --callers, --documents, --rounds, --store)';

/** Of the peer on Temporal: what ours has to reach in processes a second. */
const wantedRatio = 5;
const intakeOnly = 'intake-only';
const warmUp = 24;
const intakeCallers = 8;
const intakeDocuments = 400;
const documentsFor = (callers: number): number => Math.max(24, Math.min(384, callers * 6));

/**
 * Everything runs on this machine; PostgreSQL commits durably. Contenders take turns within each round, so that what else the
 * machine does meets all of them alike. Processor time is that of the processes concerned and so bears a loaded machine.
 */
export async function run(args: string[]): Promise<Result> {
  const options = optionsOf(args);
  const before = load();
  const chosen = new Map([...(await contenders(options.contenders)), [intakeOnly, apiOnly]]);
  const { rounds, intake, idle } = await withContenders('invoice', chosen, options.store, async (arena) => ({ ...(await measureAll(arena, options)), idle: describeIdle(arena.entered) }));
  const shared = sharedCost(intake, rounds);
  return {
    name: 'invoice',
    rows: options.callers.flatMap((callers) => rowsOf(callers, rounds, shared)),
    notes: [
      `Processor milliseconds of one process by part. ${options.callers.flatMap((callers) => [...rounds].map(([name, all]) => `${name}, ${callers} callers: ${describeParts(processorOf(all.get(callers) ?? []))}`)).join('. ')}.`,
      idle,
      `Shared costs, ${round(shared)} ms a process: intake alone (${describeParts(processorOf([intake]))}) and the sandbox ERP. "Without shared" compares the processor time that is left without them: what a machine whose processors are full could carry.`,
      `Temporal's store is ${options.store}, ${options.rounds} rounds, median and spread; times over all rounds. "engine store" is what PostgreSQL did for the Temporal server. Load average before ${before}, after ${load()}.`,
      `Limit: ${wantedRatio} times the processes a second of temporal-naive.`,
    ],
  };
}

interface Options {
  contenders: string[] | undefined;
  callers: number[];
  documents: number | undefined;
  rounds: number;
  store: TemporalStore;
}

function optionsOf(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: { contenders: { type: 'string' }, callers: { type: 'string', default: '1,8,32,128' }, documents: { type: 'string' }, rounds: { type: 'string', default: '3' }, store: { type: 'string', default: 'postgres' } },
  });
  return {
    contenders: values.contenders?.split(','), callers: values.callers.split(',').map(Number), documents: values.documents === undefined ? undefined : Number(values.documents),
    rounds: Number(values.rounds), store: values.store === 'sqlite' ? 'sqlite' : 'postgres',
  };
}

type Rounds = Map<string, Map<number, Round[]>>;

async function measureAll({ entered }: Arena, options: Options): Promise<{ rounds: Rounds; intake: Round }> {
  const competing = entered.filter(({ name }) => name !== intakeOnly);
  const rounds: Rounds = new Map(competing.map(({ name }) => [name, new Map()]));
  for (const contender of competing) await carry(contender, 8, await contender.documents.prepare('touchless', warmUp));
  const intake = await measureIntake(entered.find(({ name }) => name === intakeOnly)!);
  for (let number = 1; number <= options.rounds; number += 1) {
    for (const callers of options.callers) {
      for (const contender of competing) {
        const result = await carry(contender, callers, await contender.documents.prepare('touchless', options.documents ?? documentsFor(callers)));
        const own = rounds.get(contender.name)!;
        own.set(callers, [...(own.get(callers) ?? []), result]);
        console.error(`  round ${number}, ${callers} callers, ${contender.name}: ${round(result.count / result.seconds)} a second, ${describeParts(result.processor)}`);
      }
    }
  }
  return { rounds, intake };
}

/** What the door costs by itself: nobody carries the documents on. */
async function measureIntake(entered: Entered): Promise<Round> {
  const submitAll = async (invoices: Invoice[]) => {
    const submitter = async () => {
      for (let invoice = invoices.shift(); invoice; invoice = invoices.shift()) await entered.submit(invoice);
    };
    await Promise.all(Array.from({ length: intakeCallers }, submitter));
    return [];
  };
  await submitAll(await entered.documents.prepare('touchless', intakeDocuments));
  const invoices = await entered.documents.prepare('touchless', intakeDocuments);
  return measured(entered, invoices.length, () => submitAll(invoices));
}

const ofTheDoor = ['api', 'postgres'];

/** Processor milliseconds of one process that no contender can save: the door, and the counterpart at its cheapest. */
function sharedCost(intake: Round, rounds: Rounds): number {
  const sandbox = [...rounds.values()].flatMap((own) => [...own.values()].flat()).map(({ processor }) => processor['sandbox'] ?? 0);
  return sumOf(intake.processor, ofTheDoor) + (sandbox.length > 0 ? median(sandbox) : 0);
}

function rowsOf(callers: number, rounds: Rounds, shared: number): Result['rows'] {
  const own = rounds.get(ourName)?.get(callers);
  return [...rounds].map(([name, all]) => {
    const results = all.get(callers) ?? [];
    const times = allTimes(results);
    const rates = results.map(({ count, seconds }) => count / seconds);
    const used = sumOf(processorOf(results));
    const row = { callers, contender: name, 'processes/s': spread(rates), 'p50 ms': Math.round(quantile(times, 0.5)), 'p95 ms': Math.round(quantile(times, 0.95)), 'CPU ms each': round(used) };
    if (!own || name === ourName) return { ...row, 'ours is': '', 'by CPU': '', 'without shared': '', limit: '' };
    const ratio = median(own.map(({ count, seconds }) => count / seconds)) / median(rates);
    const ours = sumOf(processorOf(own));
    return {
      ...row, 'ours is': `${round(ratio, 2)} x`, 'by CPU': `${round(used / ours, 2)} x`, 'without shared': `${round((used - shared) / (ours - shared), 2)} x`,
      limit: name === 'temporal-naive' ? met(ratio >= wantedRatio) : '',
    };
  });
}
