import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Workflow code of earlier builds, each under its build id. */
export const recordedBuilds = join(import.meta.dirname, '../replay/builds');

export interface RecordedBuild {
  id: string;
  code: string;
}

/** The build that is kept: what processes ran on that are open when today's is deployed. */
export function recordedBuild(): RecordedBuild {
  const [name] = readdirSync(recordedBuilds).filter((file) => file.endsWith('.cjs.gz'));
  if (name === undefined) throw new Error(`no build is kept in ${recordedBuilds}`);
  const code = gunzipSync(readFileSync(join(recordedBuilds, name))).toString('utf8');
  return { id: name.replace('.cjs.gz', ''), code: `${code}\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${noSources}` };
}

/** The sources' map is what makes a bundle large; a worker only insists that there is one. */
const noSources = Buffer.from(JSON.stringify({ version: 3, file: 'workflow-bundle.cjs', sources: [], names: [], mappings: '' })).toString('base64');
