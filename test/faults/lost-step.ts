import type { Defect } from './plant.ts';

/** The worker dies between the commit of a step and the moment when the process hears of it: after the step that the file `DIES_AFTER` names. */
export const dieAfterStep: Defect[] = [{
  file: 'activities/activity.ts',
  was: '      return await work(command, { attempt, beat: () => context.heartbeat() });',
  becomes: `      const answer = await work(command, { attempt, beat: () => context.heartbeat() });
      const { readFileSync } = await import('node:fs');
      if (readFileSync(process.env['DIES_AFTER'] as string, 'utf8') === context.info.activityType) process.kill(process.pid, 'SIGKILL');
      return answer;`,
}];
