// Say what is installed, reachable and in which version, and the one line that mends each gap
import { readSettings } from '../../temporal-config/settings.ts';
import { diagnose, type Finding } from '../services/diagnosis.ts';

const usage = `Usage: kontor doctor

Looks at everything that the commands need and changes nothing. ✓ is fine, – costs a feature or some tests, ✗ stops a
command. Exit code 1 when there is a ✗.`;

/** Of the column with the names. */
const width = 30;
const marks = { ok: '✓', optional: '–', gap: '✗' } as const;

export async function run(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const findings = await diagnose(readSettings());
  for (const finding of findings) console.log(line(finding));
  const gaps = findings.filter((finding) => finding.state === 'gap').length;
  console.log(gaps === 0 ? '\nEverything that the commands need is here.' : `\n${gaps} gap${gaps === 1 ? '' : 's'} to mend.`);
  return gaps === 0 ? 0 : 1;
}

function line({ what, state, found, mend }: Finding): string {
  return `${marks[state]} ${what.padEnd(width)}${found}${state === 'ok' || !mend ? '' : `\n  ${' '.repeat(width)}mend: ${mend}`}`;
}
