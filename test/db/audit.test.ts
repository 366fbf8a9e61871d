import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256, type ChainedEvent } from '../../db/audit/chain.ts';
import { readCheckpoints, writeCheckpoint, type Checkpoint } from '../../db/audit/checkpoint.ts';
import { databaseLog, exportLog, fileLog } from '../../db/audit/export.ts';
import { auditSigner } from '../../db/audit/keys.ts';
import { parseVerifierKey, verifierKey, type NoteVerifier } from '../../db/audit/signed-note.ts';
import { verifyLog } from '../../db/audit/verify.ts';
import { inEntityScope, inTransaction, sql } from '../../db/client.ts';
import { appendAudit, chainHeads, erasePersonalTexts, keepPersonalText, listAudit, personalText } from '../../db/repositories/audit.ts';
import { auditEventSchema, type AuditEntry } from '../../domain/model/audit-event.ts';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';
import { describeWithDatabase } from '../support/services.ts';
import { atOnce, useDatabase } from './fixtures.ts';

const home = join(import.meta.dirname, '..', '..');

describeWithDatabase('audit chain', () => {
  const own = useDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'kontor-audit-'));
  const signer = auditSigner(folder);
  const verifier = parseVerifierKey(verifierKey(signer)) as NoteVerifier;
  afterAll(() => rmSync(folder, { recursive: true }));

  const entry = (n: number): AuditEntry => ({ action: 'test.step', actor: 'person:ada', case: `case-${n % 3}`, correlationId: `c-${n}`, policyVersions: { tolerances: 'standard@1' }, data: { n, text: 'ü "quoted" \n €' } });
  const append = (entity: string, ...numbers: number[]) => inTransaction(own.db, (trx) => appendAudit(trx, entity, numbers.map(entry)));
  const verify = async () => verifyLog(await databaseLog(own.db), verifier);
  const sign = async () => (await writeCheckpoint(own.db, signer)) as Checkpoint;

  /** What a superuser can do who knows his way around the triggers. */
  async function tamper(...statements: string[]): Promise<void> {
    await own.db.transaction(async (trx) => {
      await sql(trx, `set local session_replication_role = replica`);
      for (const statement of statements) await sql(trx, statement);
    });
  }

  /** The perfect forger: rewrites a chain from some event on so that every hash and link fits again. */
  async function rewriteFrom(entity: string, seq: number): Promise<void> {
    const events = await sql<ChainedEvent>(own.db, `select entity, seq, hash, event from audit_events where entity = :entity order by seq`, { entity });
    let prev = '0'.repeat(64);
    for (const stored of events) {
      const event = { ...auditEventSchema.parse(JSON.parse(stored.event)), prev };
      const text = canonicalJson(Number(stored.seq) === seq ? { ...event, data: { n: 'forged' } } : event);
      prev = sha256(text);
      await own.db.transaction(async (trx) => {
        await sql(trx, `set local session_replication_role = replica`);
        await sql(trx, `update audit_events set event = :text, hash = :prev where entity = :entity and seq = :seq`, { text, prev, entity, seq: stored.seq });
      });
    }
    await sql(own.db, `update audit_heads set hash = :prev where entity = :entity`, { prev, entity });
  }

  beforeEach(async () => {
    await tamper(`delete from audit_events`, `delete from audit_heads`, `delete from audit_checkpoints`, `delete from audit_drafts`);
    await append('DE01', 1, 2, 3, 4, 5);
    await append('US01', 6, 7);
  });

  it('holds events in the published form, with the server’s time and the hash of exactly that text', async () => {
    const [first, second] = await sql<ChainedEvent>(own.db, `select entity, seq, hash, event from audit_events where entity = 'DE01' order by seq`);
    const event = auditEventSchema.parse(JSON.parse(first?.event ?? ''));
    expect(event).toMatchObject({ v: 1, entity: 'DE01', seq: 1, ...entry(1), onBehalfOf: null, decisionHash: null, prev: '0'.repeat(64) });
    expect(Math.abs(Date.parse(event.at) - Date.now())).toBeLessThan(60_000);
    expect(canonicalJson(JSON.parse(first?.event ?? ''))).toBe(first?.event);
    expect(sha256(first?.event ?? '')).toBe(first?.hash);
    expect(JSON.parse(second?.event ?? '')).toMatchObject({ prev: first?.hash });
    expect((await listAudit(own.db, { caseId: 'case-1' }, { limit: 9 })).map(({ entity, seq }) => `${entity}/${seq}`)).toEqual(['DE01/4', 'US01/2', 'DE01/1']);
  });

  it('stays one gap-free chain per company under 60 concurrent transactions, some of which fail', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, index) =>
        inTransaction(own.db, async (trx) => {
          await appendAudit(trx, index % 2 ? 'DE01' : 'US01', [entry(index), entry(index + 1)]);
          if (index % 5 === 0) throw new Error('rolled back');
        }),
      ),
    );
    const committed = outcomes.filter(({ status }) => status === 'fulfilled').length;
    const verdict = await verify();
    expect(verdict).toMatchObject({ ok: true, chainFaults: [] });
    expect(verdict.chains.reduce((sum, chain) => sum + chain.events, 0)).toBe(7 + 2 * committed);
  });

  it('locks nothing of the chain before commit: others append meanwhile, and the order is that of the commits', async () => {
    await inTransaction(own.db, async (slow) => {
      await appendAudit(slow, 'DE01', [entry(100)]);
      await append('DE01', 101);
      await appendAudit(slow, 'DE01', [entry(102)]);
    });
    const events = await listAudit(own.db, { entities: ['DE01'] }, { limit: 3 });
    expect(events.map(({ event }) => auditEventSchema.parse(JSON.parse(event)).data['n'])).toEqual([102, 100, 101]);
    expect(await verify()).toMatchObject({ ok: true });
    expect(await sql(own.db, `select 1 from audit_drafts`)).toEqual([]);
  });

  it('lets the whole transaction fail when its events cannot be linked at commit', async () => {
    const [before] = await chainHeads(own.db);
    await own.db.transaction(async (holder) => {
      await sql(holder, `select 1 from audit_heads where entity = 'DE01' for update`);
      const effect = inTransaction(own.db, async (trx) => {
        await sql(trx, `set local lock_timeout = '50ms'`);
        await keepPersonalText(trx, 'DE01', 'person:nobody', 'never committed');
        await appendAudit(trx, 'DE01', [entry(9)]);
      });
      await expect(effect).rejects.toThrow(/lock timeout/);
    });
    expect((await chainHeads(own.db))[0]).toEqual(before);
    expect(await sql(own.db, `select 1 from personal_texts where subject = 'person:nobody'`)).toEqual([]);
  });

  it('verifies clean while others append', async () => {
    let appending = true;
    const busy = atOnce(4, async (index) => {
      while (appending) await append(index % 2 ? 'DE01' : 'US01', index);
    });
    const verdicts = [];
    for (let run = 0; run < 8; run += 1) verdicts.push(await verify());
    appending = false;
    await busy;
    expect(verdicts.flatMap(({ chainFaults }) => chainFaults)).toEqual([]);
    expect(verdicts.at(-1)?.unsigned).toBeGreaterThan(verdicts[0]?.unsigned ?? Infinity);
  });

  it('refuses update, delete and truncate, for the owner and for the application role', async () => {
    for (const statement of [`update audit_events set hash = 'x'`, `delete from audit_events`, `truncate audit_events`, `update audit_checkpoints set note = ''`]) {
      if (statement.includes('checkpoints')) await sign();
      await expect(sql(own.db, statement)).rejects.toThrow(/the past cannot be edited/);
      await expect(inEntityScope(own.db, ['*'], (trx) => sql(trx, statement))).rejects.toThrow(/permission denied/);
    }
    await inEntityScope(own.db, ['DE01'], (trx) => appendAudit(trx, 'DE01', [entry(9)]));
    await expect(inEntityScope(own.db, ['DE01'], (trx) => appendAudit(trx, 'US01', [entry(9)]))).rejects.toThrow(/row-level security/);
    expect((await verify()).ok).toBe(true);
  });

  it('verifies clean, with and without checkpoints, and says how much is not signed yet', async () => {
    expect(await verify()).toMatchObject({ ok: true, checkpoints: 0, unsigned: 7 });
    const first = await sign();
    expect(await sign()).toEqual(first);
    await append('DE01', 8);
    expect((await sign()).number).toBe(2);
    await append('US01', 9);
    expect(await verify()).toMatchObject({ ok: true, checkpoints: 2, unsigned: 1, chains: [{ entity: 'DE01', events: 6 }, { entity: 'US01', events: 3 }] });
  });

  describe('S19: after tampering by a superuser', () => {
    it.each<[string, string[], object]>([
      ['an altered amount', [`update audit_events set event = replace(event, '"n":3', '"n":4') where entity = 'DE01' and seq = 3`], { entity: 'DE01', seq: 3, fault: 'altered' }],
      ['an alteration with its hash', [`update audit_events set event = replace(event, '"n":3', '"n":4'), hash = encode(sha256(convert_to(replace(event, '"n":3', '"n":4'), 'UTF8')), 'hex') where entity = 'DE01' and seq = 3`], { seq: 4, fault: 'relinked' }],
      ['a text that is no longer canonical', [`update audit_events set event = event || ' ', hash = encode(sha256(convert_to(event || ' ', 'UTF8')), 'hex') where entity = 'DE01' and seq = 2`], { seq: 2, fault: 'altered' }],
      ['a deleted event', [`delete from audit_events where entity = 'DE01' and seq = 2`], { seq: 2, fault: 'missing' }],
      ['a deleted first event', [`delete from audit_events where entity = 'DE01' and seq = 1`], { seq: 1, fault: 'missing' }],
      ['two events swapped', [`update audit_events set seq = 5 - seq where entity = 'DE01' and seq in (2, 3)`].map(() => `update audit_events a set event = b.event, hash = b.hash from audit_events b where a.entity = 'DE01' and b.entity = 'DE01' and a.seq in (2, 3) and b.seq = 5 - a.seq`), { seq: 2, fault: 'misplaced' }],
      ['an event of another company', [`update audit_events a set event = b.event, hash = b.hash from audit_events b where a.entity = 'DE01' and a.seq = 2 and b.entity = 'US01' and b.seq = 2`], { seq: 2, fault: 'misplaced' }],
      ['a tail that was cut off', [`delete from audit_events where entity = 'DE01' and seq > 3`], { seq: 4, fault: 'truncated' }],
      ['a chain that is gone', [`delete from audit_events where entity = 'US01'`, `delete from audit_heads where entity = 'US01'`], { entity: 'US01', seq: 1, fault: 'truncated' }],
      ['an event that was committed with the linking switched off', [`insert into audit_drafts (entity, until_at, until_prev) values ('DE01', '{a}', '{b}')`], { entity: 'DE01', seq: 6, fault: 'unlinked' }],
      ['a tail that was cut off, head and all', [`delete from audit_events where entity = 'DE01' and seq > 3`, `update audit_heads set seq = 3, hash = (select hash from audit_events where entity = 'DE01' and seq = 3) where entity = 'DE01'`], { seq: 4, fault: 'truncated' }],
    ])('finds %s', async (_name, statements, fault) => {
      await sign();
      await tamper(...statements);
      const verdict = await verify();
      expect(verdict.ok).toBe(false);
      expect(verdict.chainFaults).toMatchObject([fault]);
    });

    it('finds a past rewritten as a whole, with every hash right, by the checkpoint', async () => {
      await rewriteFrom('DE01', 2);
      expect((await verify()).ok).toBe(true); // nothing was signed: nothing to compare with
      await sign();
      await rewriteFrom('DE01', 4);
      expect((await verify()).chainFaults).toMatchObject([{ entity: 'DE01', seq: 5, fault: 'rewritten' }]);
    });

    it('finds a forged, exchanged or missing checkpoint', async () => {
      await sign();
      await append('DE01', 8);
      await sign();
      await append('DE01', 9);
      await sign();
      const stranger = parseVerifierKey(verifierKey(auditSigner(join(folder, 'stranger')))) as NoteVerifier;
      expect((await verifyLog(await databaseLog(own.db), stranger)).checkpointFaults).toHaveLength(3);
      await tamper(`update audit_checkpoints set heads = (select heads from audit_checkpoints where number = 1) where number = 3`);
      expect((await verify()).checkpointFaults).toEqual(['checkpoint 3 lists other heads than it signed']);
      await tamper(`delete from audit_checkpoints where number = 2`);
      expect((await verify()).checkpointFaults).toContain('checkpoint 3 lists other heads than it signed');
      await tamper(`update audit_checkpoints set number = 2 where number = 3`);
      expect((await verify()).checkpointFaults).toEqual(['checkpoint 2 carries another statement']);
    });

    it('finds a checkpoint whose tree is not that of the events, even without a key', async () => {
      await sign();
      await tamper(`update audit_checkpoints set heads = jsonb_set(heads, '{0,tree}', to_jsonb(repeat('f', 64)))`);
      expect((await verifyLog(await databaseLog(own.db), undefined)).chainFaults).toMatchObject([{ entity: 'DE01', seq: 5, fault: 'rewritten' }]);
    });

    it('does not sign over a broken chain', async () => {
      await sign();
      await append('DE01', 8, 9);
      await tamper(`update audit_events set event = replace(event, '"n":8', '"n":7') where entity = 'DE01' and seq = 6`);
      expect(await writeCheckpoint(own.db, signer)).toMatchObject({ entity: 'DE01', seq: 6, fault: 'altered' });
      expect(await readCheckpoints(own.db)).toHaveLength(1);
    });
  });

  describe('offline, with the public key alone', () => {
    const file = join(folder, 'log.jsonl');
    const writeExport = async () => {
      const lines: string[] = [];
      await exportLog(own.db, (line) => void lines.push(line));
      writeFileSync(file, `${lines.join('\n')}\n`);
    };
    const audit = (...args: string[]) => spawnSync(process.execPath, [join(home, 'bin', 'kontor.mjs'), 'audit', ...args], { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', KONTOR_STATE: join(folder, 'elsewhere') } });
    const keyFile = join(folder, 'audit.pub');

    it('verifies an export by the command, and finds one changed byte', async () => {
      await sign();
      await writeExport();
      expect(await verifyLog(await fileLog(file), verifier)).toMatchObject({ ok: true, unsigned: 0 });
      const good = audit('verify', file, '--key', keyFile);
      expect([good.status, JSON.parse(good.stdout)]).toMatchObject([0, { ok: true, signaturesChecked: true }]);
      writeFileSync(file, readFileSync(file, 'utf8').replace('\\"n\\":4', '\\"n\\":5'));
      const bad = audit('verify', file, '--key', keyFile);
      expect(bad.status).toBe(1);
      expect(JSON.parse(bad.stdout).chainFaults).toMatchObject([{ entity: 'DE01', seq: 4, fault: 'altered' }]);
      expect(bad.stderr).toContain('event 4');
    });

    it('finds a rewritten past by a checkpoint that was kept elsewhere, even when those in the log were replaced', async () => {
      const kept = join(folder, 'kept.jsonl');
      writeFileSync(kept, `${JSON.stringify({ checkpoint: await sign() })}\n`);
      await rewriteFrom('DE01', 1);
      await tamper(`delete from audit_checkpoints`);
      await writeExport();
      expect(audit('verify', file, '--key', keyFile).status).toBe(0);
      const found = audit('verify', file, '--key', keyFile, '--checkpoints', kept);
      expect(found.status).toBe(1);
      expect(JSON.parse(found.stdout).chainFaults).toMatchObject([{ entity: 'DE01', fault: 'rewritten' }]);
    });

    it('refuses a file that is no export, naming the line', async () => {
      writeFileSync(file, '{"kontorAuditLog":1}\n{"event":{}}\n');
      await expect(fileLog(file)).rejects.toMatchObject({ code: 'audit-file-unreadable', place: { line: 2 } });
    });
  });

  it('keeps its key readable by its owner alone, and uses the same one again', () => {
    expect(statSync(join(folder, 'audit.pem')).mode & 0o777).toBe(0o600);
    expect(verifierKey(auditSigner(folder))).toBe(readFileSync(join(folder, 'audit.pub'), 'utf8').trim());
  });

  it('S28: erases personal text and still verifies', async () => {
    const hash = await inTransaction(own.db, async (trx) => {
      const kept = await keepPersonalText(trx, 'DE01', 'person:ada', 'my reason');
      await appendAudit(trx, 'DE01', [{ ...entry(1), data: { comment: kept } }]);
      return kept;
    });
    expect(await personalText(own.db, 'DE01', hash)).toBe('my reason');
    expect(hash).not.toBe(sha256('my reason'));
    expect(await inTransaction(own.db, (trx) => erasePersonalTexts(trx, 'DE01', 'person:ada'))).toBe(1);
    expect(await personalText(own.db, 'DE01', hash)).toBeUndefined();
    expect((await verify()).ok).toBe(true);
  });

  it('opens a chain once when its first two events come at the same time', async () => {
    await atOnce(10, (index) => append('NEW1', index));
    expect((await chainHeads(own.db)).find((head) => head.entity === 'NEW1')?.seq).toBe('10');
    expect((await verify()).ok).toBe(true);
  });
});
