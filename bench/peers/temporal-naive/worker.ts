import { fileURLToPath } from 'node:url';
import { runOrExit } from '../../../workers/run.ts';
import { createStepActivities } from './steps.ts';

/** Our worker program with the workflows of this folder and their steps. */
runOrExit(console, { workflowsPath: fileURLToPath(new URL('workflows.ts', import.meta.url)), furtherSteps: createStepActivities });
