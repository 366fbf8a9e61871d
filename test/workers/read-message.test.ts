import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../workers/wire.ts';
import { sampleStatement } from '../documents/statements/public-statements.ts';

const sample = (name: string) => readFileSync(sampleStatement(name), 'utf8');
const camt = (message: string, root: string, unit: string) => sample('october.camt053.xml').replace('camt.053', `camt.${message}`).replace(/(<\/?)BkToCstmrStmt>/g, `$1${root}>`).replace(/(<\/?)Stmt>/g, `$1${unit}>`);
const interim = ':20:X\n:25:1\n:28C:1\n:34F:EUR0,\n:13D:2610051200+0100\n:61:261005C10,NTRFNONREF\n:90D:0EUR0,\n:90C:1EUR10,\n-';

describe('a message of a bank, as it is applied', () => {
  it.each([
    ['camt.052', true, camt('052', 'BkToCstmrAcctRpt', 'Rpt')],
    ['camt.054', true, camt('054', 'BkToCstmrDbtCdtNtfctn', 'Ntfctn').replace(/<Bal>.*<\/Bal>\n/g, '')],
    ['mt942', true, interim],
    ['camt.053', false, sample('october.camt053.xml')],
    ['mt940', false, sample('october.sta')],
    ['bai2', false, sample('october.bai2')],
  ])('SI-6: %s counts as an advice beside the statements: %s', async (format, advice, text) => {
    const read = await readMessage(text);
    expect(read).toMatchObject({ kind: 'statements', format: expect.stringContaining(format), problems: [], advice });
  });
});
