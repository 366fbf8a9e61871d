// Make, rotate and list the keys that encrypt what travels through Temporal
import { KontorError } from '../../domain/errors.ts';
import { createKeyRing, encryptingKey, readKeyRing, rotateKeyRing, type KeyRing } from '../../temporal-config/key-ring.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { rememberSwitchOn, requireNeverSwitchedOn } from '../../temporal-config/switched-on.ts';
import { parseOptions } from '../options.ts';

const usage = `Usage: kontor keys create [--from INSTANT]
       kontor keys rotate [--from INSTANT]
       kontor keys list

create  Makes the key ring (KONTOR_KEY_RING) with a first key and so switches the payload codec on. Runs that start from
        INSTANT on (default: in one minute) carry no plaintext; earlier ones may finish as they began. Processes that
        run encrypt at once; restart them soon, so that the texts of failures are encrypted too.
rotate  Adds a key that encrypts from INSTANT on (default: now). Earlier keys go on decrypting. Give the file to every
        machine before INSTANT.
list    Prints one JSON line a key, without the key itself.

Keep a copy of the file in a safe: without it nothing that was encrypted can be read or continued.`;

const graceMs = 60_000;

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions({ args, allowPositionals: true, options: { help: { type: 'boolean' }, from: { type: 'string' } } });
  const { keyRingFile, stateDir } = readSettings();
  const now = new Date();
  if (values.help) {
    console.log(usage);
    return 0;
  }
  switch (positionals[0]) {
    case 'create':
      return create(stateDir, keyRingFile, { now, switchedOnAt: instant(values.from) ?? new Date(now.getTime() + graceMs) });
    case 'rotate':
      return show(rotateKeyRing(keyRingFile, { now, encryptsFrom: instant(values.from) ?? now }), now);
    case 'list':
      return list(keyRingFile, now);
    default:
      console.error(usage);
      return 2;
  }
}

function create(stateDir: string, keyRingFile: string, { now, switchedOnAt }: { now: Date; switchedOnAt: Date }): number {
  if (!readKeyRing(keyRingFile)) requireNeverSwitchedOn(stateDir, keyRingFile);
  const ring = createKeyRing(keyRingFile, { now, switchedOnAt });
  rememberSwitchOn(stateDir, { keyRingFile, switchedOnAt: ring.switchedOnAt });
  return show(ring, now);
}

function list(file: string, now: Date): number {
  const ring = readKeyRing(file);
  if (ring) return show(ring, now);
  console.error(`The payload codec is off: there is no key ring at ${file}.`);
  return 0;
}

function show(ring: KeyRing, now: Date): number {
  const encrypts = encryptingKey(ring, now).id;
  for (const { id, createdAt, encryptsFrom } of ring.keys) console.log(JSON.stringify({ id, createdAt, encryptsFrom, encrypts: id === encrypts, switchedOnAt: ring.switchedOnAt }));
  return 0;
}

function instant(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const read = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}T.+(Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(read.getTime())) throw new KontorError('usage-invalid', `--from ${text} is not an instant such as 2026-11-20T09:30:00Z.`);
  return read;
}
