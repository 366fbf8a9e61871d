import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256, type ChainedEvent } from '../../../db/audit/chain.ts';
import { writeCheckpoint, type Checkpoint } from '../../../db/audit/checkpoint.ts';
import { verifyAgainstLog } from '../../../db/audit/completeness.ts';
import { databaseLog, exportLog } from '../../../db/audit/export.ts';
import { extractSchema, signedExtract, verifyExtract, type AuditExtract } from '../../../db/audit/extract.ts';
import { auditSigner } from '../../../db/audit/keys.ts';
import { parseVerifierKey, verifierKey, type NoteVerifier } from '../../../db/audit/signed-note.ts';
import type { LogSource } from '../../../db/audit/verify.ts';
import { inTransaction, sql } from '../../../db/client.ts';
import { appendAudit } from '../../../db/repositories/audit.ts';
import { describeWithDatabase } from '../../support/services.ts';
import { aCase, useDatabase } from '../fixtures.ts';

const home = join(import.meta.dirname, '..', '..', '..');

describeWithDatabase('audit extract of one case', () => {
  const own = useDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'kontor-extract-'));
  const keys = join(folder, 'state', 'keys');
  const signer = auditSigner(keys);
  const verifier = parseVerifierKey(verifierKey(signer)) as NoteVerifier;
  const stranger = auditSigner(join(folder, 'stranger'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const append = (entity: string, ...cases: string[]) =>
    inTransaction(own.db, (trx) => appendAudit(trx, entity, cases.map((id) => ({ action: 'test.step', actor: 'person:ada', case: id, correlationId: 'c-1' }))));
  const extractOf = async (id: string, entity = 'DE01') => (await signedExtract(own.db, signer, entity, id)).extract;
  const judge = (extract: AuditExtract) => verifyExtract(extract, verifier);
  const sign = async () => (await writeCheckpoint(own.db, signer)) as Checkpoint;

  async function tamper(...statements: string[]): Promise<void> {
    await own.db.transaction(async (trx) => {
      await sql(trx, `set local session_replication_role = replica`);
      for (const statement of statements) await sql(trx, statement);
    });
  }

  beforeEach(async () => {
    await tamper(`delete from audit_events`, `delete from audit_heads`, `delete from audit_checkpoints`);
    await append('DE01', 'mine', 'other', 'mine', 'other', 'mine', 'third');
    await append('US01', 'other', 'mine', 'mine');
  });

  it('proves each event, shows no other case, and says that more events are not excluded', async () => {
    const extract = await extractOf('mine');
    expect(extract.events.map(({ seq }) => seq)).toEqual(['1', '3', '5']);
    expect(JSON.stringify(extract)).not.toContain('other');
    expect(judge(extract)).toEqual({ ok: true, entity: 'DE01', case: 'mine', checkpoint: 1, signedUpTo: 6, events: 3, proven: 3, completeness: 'not-proven', faults: [] });
    // Nothing in it could show that one was left out: so it does not claim so.
    expect(judge({ ...extract, events: extract.events.slice(1) })).toMatchObject({ ok: true, events: 2, proven: 2, completeness: 'not-proven' });
  });

  it('signs what is new, and goes no further than what it signed while others append', async () => {
    await sign();
    let appending = true;
    const busy = (async () => {
      while (appending) await append('DE01', 'mine', 'other');
    })();
    const extracts: AuditExtract[] = [];
    for (let run = 0; run < 6; run += 1) {
      extracts.push(await extractOf('mine'));
      await append('DE01', 'mine');
    }
    appending = false;
    await busy;
    for (const extract of extracts) expect(judge(extract)).toMatchObject({ ok: true, proven: extract.events.length, faults: [] });
    expect(extracts.at(-1)!.events.length).toBeGreaterThan(extracts[0]!.events.length);
  });

  /** An event as a forger would write it: text and hash fit each other. */
  const rewritten = ({ event, ...rest }: AuditExtract['events'][number], from: string, to: string) => {
    const text = event.replace(from, to);
    return { ...rest, event: text, hash: sha256(text) };
  };
  const withoutProof = ({ proof: _proof, ...event }: AuditExtract['events'][number]) => event;
  const withHeads = (extract: AuditExtract, change: (head: Checkpoint['heads'][number]) => object): AuditExtract => ({
    ...extract,
    checkpoint: { ...extract.checkpoint!, heads: extract.checkpoint!.heads.map((head) => ({ ...head, ...change(head) })) },
  });

  type Forge = (genuine: AuditExtract, events: [AuditExtract['events'][number], AuditExtract['events'][number], AuditExtract['events'][number]]) => AuditExtract | Promise<AuditExtract>;
  it.each<[string, Forge, RegExp]>([
    ['an event without its proof', (x, [a, b, c]) => ({ ...x, events: [a, withoutProof(b), c] }), /^event 3 has no proof that checkpoint 1 signed it$/],
    ['an event told anew, hash and all, without proof', (x, [a, b, c]) => ({ ...x, events: [withoutProof(rewritten(a, 'person:ada', 'person:eve')), b, c] }), /^event 1 has no proof/],
    ['an event told anew, hash and all, with its old proof', (x, [a, b, c]) => ({ ...x, events: [rewritten(a, 'person:ada', 'person:eve'), b, c] }), /^event 1 is not part of what checkpoint 1 signed$/],
    ['an event told anew under its old hash', (x, [a, b, c]) => ({ ...x, events: [{ ...a, event: a.event.replace('ada', 'eve') }, b, c] }), /^event 1 was altered/],
    ['an invented event behind the end of the log', (x, [a, b, c]) => ({ ...x, events: [a, b, c, withoutProof({ ...rewritten(c, '"seq":5', '"seq":999'), seq: '999' })] }), /^event 999 lies beyond event 6, the last one that checkpoint 1 signed/],
    ['an invented event behind the end, with a proof', (x, [a, b, c]) => ({ ...x, events: [a, b, c, { ...rewritten(c, '"seq":5', '"seq":7'), seq: '7' }] }), /^event 7 lies beyond event 6/],
    ['an event under another position', (x, [a, b, c]) => ({ ...x, events: [a, { ...b, seq: '2' }, c] }), /^event 2 was altered: its text says that it is event 3$/],
    ['an event of another case, with its proof', async (x, [a, , c]) => ({ ...x, events: [a, (await extractOf('other')).events[0]!, c] }), /^event 2 belongs to another case$/],
    ['an event of another company, with its proof', async (x, [a, , c]) => ({ ...x, events: [a, (await extractOf('mine', 'US01')).events[0]!, c] }), /^event 2 belongs to another company$/],
    ['another case’s name over it', (x) => ({ ...x, case: 'other' }), /^event 1 belongs to another case$/],
    ['another company’s name over it', (x) => ({ ...x, entity: 'US01' }), /^event 1 belongs to another company$/],
    ['a company that the checkpoint does not know', (x) => ({ ...x, entity: 'FR01', events: [] }), /^checkpoint 1 signed no chain of FR01$/],
    ['an event twice', (x, [a, b, c]) => ({ ...x, events: [a, b, b, c] }), /^event 3 comes twice$/],
    ['events in another order', (x, [a, b, c]) => ({ ...x, events: [b, a, c] }), /^event 1 comes after event 3$/],
    ['no event at all', (x) => ({ ...x, events: [] }), /^there is no event, so nothing is proven$/],
    ['no checkpoint', ({ checkpoint: _none, ...x }) => x, /^there is no signed checkpoint$/],
    ['a checkpoint of another key', async (x) => ({ ...x, checkpoint: (await signedExtract(own.db, stranger, 'DE01', 'mine')).extract.checkpoint! }), /^checkpoint 2 is not signed by this key$/],
    ['the proofs of an older checkpoint', async (x) => (await append('DE01', 'mine'), await extractOf('mine'), { ...(await extractOf('mine')), checkpoint: x.checkpoint! }), /^event 7 lies beyond event 6/],
    ['a head with another tree', (x) => withHeads(x, () => ({ tree: 'f'.repeat(64) })), /^checkpoint 1 lists other heads than it signed$/],
    ['a head further on', (x) => withHeads(x, ({ seq }) => ({ seq: seq + 1 })), /^checkpoint 1 lists other heads than it signed$/],
    ['a head with another frontier', (x) => withHeads(x, ({ frontier }) => ({ frontier: frontier.map(() => 'f'.repeat(64)) })), /^checkpoint 1 lists other heads than it signed$/],
    ['a head left out', (x) => ({ ...x, checkpoint: { ...x.checkpoint!, heads: x.checkpoint!.heads.slice(0, 1) } }), /^checkpoint 1 lists other heads than it signed$/],
    ['another number on the checkpoint', (x) => ({ ...x, checkpoint: { ...x.checkpoint!, number: 2 } }), /^checkpoint 2 carries another statement$/],
  ])('finds %s', async (_name, forge, fault) => {
    const genuine = await extractOf('mine');
    const forged = extractSchema.parse(JSON.parse(JSON.stringify(await forge(genuine, genuine.events as Parameters<Forge>[1]))));
    const verdict = judge(forged);
    expect(verdict.faults).toContainEqual(expect.stringMatching(fault));
    expect(verdict.ok).toBe(false);
  });

  it('proves nothing by a checkpoint that is not genuine', async () => {
    const verdict = judge(withHeads(await extractOf('mine'), () => ({ tree: 'f'.repeat(64) })));
    expect(verdict).toMatchObject({ ok: false, proven: 0 });
    expect(verdict).not.toHaveProperty('checkpoint');
  });

  it('says which events of a broken chain are not proven', async () => {
    await sign();
    await append('DE01', 'other', 'mine');
    await tamper(`update audit_events set event = replace(event, 'ada', 'eve') where entity = 'DE01' and seq = 7`);
    const { extract, broken } = await signedExtract(own.db, signer, 'DE01', 'mine');
    expect(broken).toMatchObject({ entity: 'DE01', seq: 7, fault: 'altered' });
    expect(judge(extract)).toMatchObject({ ok: false, events: 4, proven: 3, faults: [expect.stringMatching(/^event 8 lies beyond event 6/)] });
  });

  it('proves no event beside one that was deleted from the signed past', async () => {
    await sign();
    await tamper(`delete from audit_events where entity = 'DE01' and seq = 2`);
    expect(judge(await extractOf('mine'))).toMatchObject({ ok: false, proven: 1 });
  });

  it('finds a checkpoint that is not the one that was kept elsewhere', async () => {
    const kept = await sign();
    expect(verifyExtract(await extractOf('mine'), verifier, [kept])).toMatchObject({ ok: true });
    await tamper(`delete from audit_checkpoints`, `update audit_events set hash = encode(sha256('x'), 'hex') where entity = 'US01'`, `delete from audit_events where entity = 'US01'`, `delete from audit_heads where entity = 'US01'`);
    const anew = await extractOf('mine');
    expect(judge(anew)).toMatchObject({ ok: true, checkpoint: 1 });
    expect(verifyExtract(anew, verifier, [kept])).toMatchObject({ ok: false, proven: 0, faults: ['checkpoint 1 is another one than was kept'] });
    await append('DE01', 'mine');
    expect(verifyExtract(await extractOf('mine'), verifier, [kept]).faults).toEqual(['checkpoint 2 is not among those that were kept']);
  });

  describe('beside the whole log', () => {
    const log = async (): Promise<LogSource> => databaseLog(own.db);

    it('shows that no event was left out, also where the log went on', async () => {
      const extract = await extractOf('mine');
      await append('DE01', 'mine', 'other');
      expect(await verifyAgainstLog(extract, await log(), verifier)).toMatchObject({ ok: true, proven: 3, signedUpTo: 6, completeness: 'proven', faults: [] });
    });

    it.each<[string, (x: AuditExtract) => AuditExtract, RegExp]>([
      ['the first event left out', (x) => ({ ...x, events: x.events.slice(1) }), /^event 1 was left out$/],
      ['one in the middle left out', (x) => ({ ...x, events: x.events.filter(({ seq }) => seq !== '3') }), /^event 3 was left out$/],
      ['the last one left out', (x) => ({ ...x, events: x.events.slice(0, -1) }), /^event 5 was left out$/],
      ['an event without proof', (x) => ({ ...x, events: x.events.map((event, at) => (at === 0 ? withoutProof(event) : event)) }), /^event 1 has no proof/],
    ])('finds %s', async (_name, forge, fault) => {
      const verdict = await verifyAgainstLog(forge(await extractOf('mine')), await log(), verifier);
      expect(verdict).toMatchObject({ ok: false, completeness: 'not-proven' });
      expect(verdict.faults).toEqual([expect.stringMatching(fault)]);
    });

    const eventsNow = () => sql<ChainedEvent>(own.db, `select entity, seq, hash, event from audit_events order by entity, seq`);
    const older = 'the log is older than the extract: export it again';

    it('a log that is older than the extract proves nothing about it, and says nothing against it', async () => {
      const first = await sign();
      const ended: LogSource = { events: await eventsNow(), checkpoints: [first] };
      for (let step = 0; step < 2; step += 1) {
        await append('DE01', 'mine');
        await sign();
      }
      const extract = await extractOf('mine');
      expect(await verifyAgainstLog(extract, ended, verifier)).toMatchObject({ ok: true, proven: 5, checkpoint: 3, completeness: 'not-proven', faults: [], logFaults: [older] });
      expect(await verifyAgainstLog(extract, { events: [], checkpoints: [] }, verifier)).toMatchObject({ ok: true, completeness: 'not-proven', logFaults: [older] });
      // What both of them cover is compared all the same.
      const without = { ...extract, events: extract.events.filter(({ seq }) => seq !== '3') };
      expect(await verifyAgainstLog(without, ended, verifier)).toMatchObject({ ok: false, completeness: 'not-proven', faults: ['event 3 was left out'] });
    });

    it('tells the faults of the log apart: an extract that proves its events is not made worse by them', async () => {
      const extract = await extractOf('mine');
      const events = await eventsNow();
      const checkpoints = [extract.checkpoint!];
      const cut = await verifyAgainstLog(extract, { events: events.filter(({ entity, seq }) => entity !== 'DE01' || Number(seq) < 6), checkpoints }, verifier);
      expect(cut).toMatchObject({ ok: true, completeness: 'not-proven', faults: [], logFaults: ['in the log, DE01, event 6: the chain ends before event 6, but checkpoint 1 signed event 6'] });
      const altered = events.map((event) => ({ ...event, event: event.event.replace('"case":"other"', '"case":"mine"') }));
      const told = await verifyAgainstLog(extract, { events: altered, checkpoints }, verifier);
      expect(told).toMatchObject({ ok: true, completeness: 'not-proven', faults: [] });
      expect(told.logFaults).toContainEqual(expect.stringMatching(/^in the log, DE01, event 2: /));
    });
  });

  describe('by the command', () => {
    const file = join(folder, 'case.json');
    const key = join(keys, 'audit.pub');
    const kontor = (...args: string[]) =>
      spawnSync(process.execPath, [join(home, 'bin', 'kontor.mjs'), 'audit', ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', KONTOR_STATE: join(folder, 'state'), DATABASE_URL: own.url } });

    const writeLog = async (to: string) => {
      const lines: string[] = [];
      await exportLog(own.db, (line) => void lines.push(line));
      writeFileSync(to, lines.join('\n'));
    };

    it('exports one case with a checkpoint of its own, and verifies it', async () => {
      const id = await aCase(own.db, 'R-1');
      const exported = kontor('export', '--case', id, '--out', file);
      expect([exported.status, exported.stderr]).toEqual([0, '']);
      const verified = kontor('verify', file, '--key', key);
      expect([verified.status, JSON.parse(verified.stdout)]).toMatchObject([0, { ok: true, case: id, proven: 1, checkpoint: 1, completeness: 'not-proven' }]);
      expect(verified.stderr).toMatch(/^Proven: .*\nNot proven: that the case has no other events/);
    });

    it('holds one case against the whole log, and against checkpoints that were kept', async () => {
      const [log, kept] = [join(folder, 'log.jsonl'), join(folder, 'kept.jsonl')];
      writeFileSync(file, JSON.stringify(await extractOf('mine')));
      await writeLog(log);
      writeFileSync(kept, '');
      const complete = kontor('verify', file, '--key', key, '--log', log);
      expect([complete.status, JSON.parse(complete.stdout)]).toMatchObject([0, { ok: true, completeness: 'proven' }]);
      expect(complete.stderr).toContain('Proven: up to there the log holds no other event of the case.');
      expect(kontor('verify', file, '--key', key, '--checkpoints', kept)).toMatchObject({ status: 1, stderr: expect.stringContaining('checkpoint 1 is not among those that were kept.') });

      await append('DE01', 'mine');
      writeFileSync(file, JSON.stringify(await extractOf('mine')));
      const late = kontor('verify', file, '--key', key, '--log', log);
      expect([late.status, JSON.parse(late.stdout)]).toMatchObject([1, { ok: true, completeness: 'not-proven', faults: [] }]);
      expect(late.stderr).toMatch(/^the log is older than the extract: export it again\.\nProven: each of the 4 events .*\nNot proven: that the case has no other events/);
    });

    it('refuses a forged pack', async () => {
      const genuine = await extractOf('mine');
      const [first] = genuine.events;
      const told = withoutProof(rewritten(first!, 'person:ada', 'person:eve'));
      const invented = withoutProof({ ...rewritten(first!, '"seq":1', '"seq":999'), seq: '999' });
      writeFileSync(file, JSON.stringify({ ...genuine, events: [told, ...genuine.events.slice(1), invented] }));
      const answer = kontor('verify', file, '--key', key);
      expect([answer.status, JSON.parse(answer.stdout)]).toMatchObject([1, { ok: false, events: 4, proven: 2 }]);
      expect(answer.stderr).toMatch(/^event 1 has no proof .*\nevent 999 lies beyond event 6/);
    });

    it('says what to do where the signing key is not, and makes none', async () => {
      const id = await aCase(own.db, 'R-2');
      renameSync(join(keys, 'audit.pem'), join(folder, 'away.pem'));
      try {
        const answer = kontor('export', '--case', id);
        expect(answer.status).not.toBe(0);
        expect(answer.stdout).toBe('');
        expect(answer.stderr).toContain('KONTOR_STATE');
        expect(await sql(own.db, `select 1 from audit_checkpoints`)).toEqual([]);
        expect(() => readFileSync(join(keys, 'audit.pem'))).toThrow(/ENOENT/);
      } finally {
        renameSync(join(folder, 'away.pem'), join(keys, 'audit.pem'));
      }
    });

    it('exports a case of a broken chain, and says that it is not proven', async () => {
      const id = await aCase(own.db, 'R-3');
      await tamper(`update audit_events set event = replace(event, 'ada', 'eve') where entity = 'DE01' and seq = 2`);
      expect(kontor('export', '--case', id, '--out', file)).toMatchObject({ status: 1, stderr: expect.stringContaining('DE01, event 2') });
      expect(kontor('verify', file, '--key', key).status).toBe(1);
    });

    it('says how much of a log no checkpoint covers', async () => {
      await writeLog(file);
      expect(kontor('verify', file, '--key', key)).toMatchObject({ status: 0, stderr: expect.stringContaining('9 events are younger than the newest checkpoint') });
    });
  });

  describe('S19: the next signature', () => {
    it('is not given over heads that were edited in the database', async () => {
      await sign();
      await append('DE01', 'mine');
      for (const part of ['tree', 'hash', 'frontier']) {
        const edited = part === 'frontier' ? `jsonb_build_array(repeat('f', 64), repeat('e', 64))` : `to_jsonb(repeat('f', 64))`;
        const [before] = await sql<{ heads: string }>(own.db, `select heads::text from audit_checkpoints`);
        await tamper(`update audit_checkpoints set heads = jsonb_set(heads, '{0,${part}}', ${edited})`);
        await expect(writeCheckpoint(own.db, signer)).rejects.toMatchObject({ code: 'audit-chain-broken', message: expect.stringContaining('checkpoint 1 lists other heads than it signed') });
        await tamper(`update audit_checkpoints set heads = '${before!.heads}'`);
      }
      expect(await sign()).toMatchObject({ number: 2 });
    });

    it('of a new key builds on nothing that the old one signed, and is given even where nothing is new', async () => {
      await sign();
      await tamper(`update audit_events set event = replace(event, 'ada', 'eve') where entity = 'DE01' and seq = 2`);
      expect(await writeCheckpoint(own.db, stranger)).toMatchObject({ entity: 'DE01', seq: 2, fault: 'altered' });
      await tamper(`update audit_events set event = replace(event, 'eve', 'ada') where entity = 'DE01' and seq = 2`);
      expect(await writeCheckpoint(own.db, stranger)).toMatchObject({ number: 2 });
    });
  });
});
