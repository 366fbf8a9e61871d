import type { SandboxProcess } from '../../sandbox/process.ts';
import type { ScreeningCounterpart } from '../contracts/screening.ts';

/** The sandbox service's own interface and memory, past the adapter. */
export function sandboxCounterpart(process: SandboxProcess): ScreeningCounterpart {
  return {
    names: { listed: 'Borovia Maritime Holding S.A.', entry: 'SBX-0001', resembling: 'Ivana Velmirov', harmless: 'Nordlicht Schrauben GmbH' },
    say: (what) => process.post('/_sandbox/screening/behaviour', { status: { stale: 'outdated', error: 'failed', 'unknown-word': 'under-maintenance' }[what], times: 1 }),
    async checked() {
      const { screening } = await process.get<{ screening: { checks: { subjectId: string }[] } }>('/_sandbox/ledger?service=screening');
      return screening.checks.map(({ subjectId }) => subjectId);
    },
    async inject(fault) {
      const kind = { slow: 'delay', 'fails-before': 'fail-before-commit', 'loses-answer': 'drop-response', throttles: 'throttle' }[fault];
      await process.post('/_sandbox/faults', { kind, route: 'screening.checks.post', times: 1, delayMs: 1_500 });
    },
    clear: () => process.clearFaults(),
    async close() {
      await process.stop();
      process.remove();
    },
  };
}
