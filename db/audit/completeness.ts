import { eventOf, type ChainedEvent } from './chain.ts';
import { togetherInOrder, type Checkpoint } from './checkpoint.ts';
import { headOf, verifyExtract, type AuditExtract, type ExtractVerdict } from './extract.ts';
import type { NoteVerifier } from './signed-note.ts';
import { verifyLog, type LogSource } from './verify.ts';

/**
 * Verifies an extract beside the whole log: the extract's checkpoint has to fit the log, and what the log holds of the case up to
 * there has to be in the extract. Only so does it show that no event was left out. What is wrong with the log, or that it ends before
 * the extract does, leaves that unproven and takes nothing from what the extract proves by itself.
 */
export async function verifyAgainstLog(extract: AuditExtract, log: LogSource, verifier: NoteVerifier): Promise<ExtractVerdict> {
  const verdict = verifyExtract(extract, verifier);
  const { checkpoint, entity } = extract;
  if (!verdict.ok || checkpoint === undefined) return verdict;
  const own = togetherInOrder(log.checkpoints, []);
  const older = (own.at(-1)?.number ?? 0) < checkpoint.number;
  const checkpoints = older ? own : togetherInOrder(own, [checkpoint]);
  const comparable = Math.min(verdict.signedUpTo ?? 0, signedBy(checkpoints.at(-1), entity));
  const ofCase: ChainedEvent[] = [];
  const events = noting(log.events, (event) => {
    if (event.entity === entity && Number(event.seq) <= comparable && eventOf(event.event)?.case === extract.case) ofCase.push(event);
  });
  const { ok: sound, chainFaults, checkpointFaults } = await verifyLog({ ...log, events, checkpoints }, verifier);
  const logFaults = [
    ...(older ? ['the log is older than the extract: export it again'] : []),
    ...chainFaults.map((fault) => `in the log, ${fault.entity}, event ${fault.seq}: ${fault.message}`),
    ...checkpointFaults.map((fault) => `in the log, ${fault}`),
  ];
  const present = new Set(extract.events.map(({ seq }) => seq));
  const faults = sound ? ofCase.filter(({ seq }) => !present.has(seq)).map(({ seq }) => `event ${seq} was left out`) : [];
  return { ...verdict, ok: faults.length === 0, completeness: faults.length + logFaults.length === 0 ? 'proven' : 'not-proven', faults, logFaults };
}

function signedBy(checkpoint: Checkpoint | undefined, entity: string): number {
  return (checkpoint && headOf(checkpoint, entity)?.seq) ?? 0;
}

async function* noting(events: LogSource['events'], note: (event: ChainedEvent) => void): AsyncGenerator<ChainedEvent> {
  for await (const event of events) {
    note(event);
    yield event;
  }
}
