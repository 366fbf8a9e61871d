import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildIdOf } from '../../workers/build.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { recordedBuilds } from './recorded-build.ts';

/** Keeps the workflow code of this checkout as a build that later ones have to follow: `npx tsx test/support/record-build.ts`. */
const bundle = await bundleWorkflows();
const file = join(recordedBuilds, `${buildIdOf(bundle, join(import.meta.dirname, '../..'))}.cjs.gz`);
mkdirSync(recordedBuilds, { recursive: true });
writeFileSync(file, gzipSync(bundle.code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'), { level: 9 }));
console.log(file);
