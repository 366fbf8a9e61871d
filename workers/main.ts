import { runOrExit } from './run.ts';

/** The worker program of a local installation. */
runOrExit(console);
