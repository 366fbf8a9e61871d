import { runOrExit } from '../../workers/run.ts';
import { recordedBuild } from './recorded-build.ts';

/** A worker with the workflow code of an earlier build; its activities are today's. */
runOrExit(console, { recorded: recordedBuild() });
