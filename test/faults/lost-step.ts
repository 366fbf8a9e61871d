import type { Defect } from './plant.ts';

/** The worker dies between the commit of a step and the moment when the process hears of it: after the step that the file `DIES_AFTER` names, the first since it began or, as `step:2`, the second. */
export const dieAfterStep: Defect[] = [{
  file: 'activities/activity.ts',
  was: '      return await work(command, { attempt, beat: () => context.heartbeat() });',
  becomes: `      const answer = await work(command, { attempt, beat: () => context.heartbeat() });
      const { readFileSync } = await import('node:fs');
      const [step, times = '1'] = readFileSync(process.env['DIES_AFTER'] as string, 'utf8').split(':');
      const done = globalThis as unknown as { carriedOut?: number };
      if (step === context.info.activityType && (done.carriedOut = (done.carriedOut ?? 0) + 1) >= Number(times)) process.kill(process.pid, 'SIGKILL');
      return answer;`,
}];
