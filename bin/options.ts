import { parseArgs, type ParseArgsConfig } from 'node:util';
import { KontorError } from '../domain/errors.ts';

/** `parseArgs` whose complaint is for people. @throws KontorError `usage-invalid` naming the option */
export function parseOptions<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    const [sentence] = (cause instanceof Error ? cause.message : '').split('. ', 1);
    throw new KontorError('usage-invalid', `${sentence ?? 'The options were not understood'}.`, { cause });
  }
}
