import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifierKey, type NoteSigner } from './signed-note.ts';

/** Name under which checkpoints are signed; the key's id tells installations apart. */
const NAME = 'kontor-audit';

/**
 * The installation's checkpoint key in `folder` (`audit.pem`, readable by its owner alone); made at first use, together with
 * `audit.pub`, the line that verifies it.
 */
export function auditSigner(folder: string): NoteSigner {
  const file = join(folder, 'audit.pem');
  if (!existsSync(file)) create(folder, file);
  return { name: NAME, privateKey: createPrivateKey(readFileSync(file)) };
}

function create(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return; // another process was faster: its key counts
    throw error;
  }
  writeFileSync(join(folder, 'audit.pub'), `${verifierKey({ name: NAME, privateKey })}\n`, { mode: 0o644 });
}
