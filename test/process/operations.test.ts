import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maintain } from '../../activities/maintenance/index.ts';
import { readCheckpoints } from '../../db/audit/checkpoint.ts';
import { auditSigner } from '../../db/audit/keys.ts';
import { sql } from '../../db/client.ts';
import type { SandboxSet } from '../../db/seed.ts';
import { refuseUndeclared } from '../../workers/declarations.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';

describeWithServices('operations', () => {
  let house: House;

  beforeAll(async () => {
    house = await openHouse();
  });
  afterAll(() => house.dispose());

  describe('the declaration of a process', () => {
    const today = '2026-11-20';

    it('every process of this version has one that is in force', async () => {
      await refuseUndeclared(house.db, today);
    });

    it.each([
      ['without a file', ['invoiceToPay', 'unheardOf'], today, /answers for unheardOf:/],
      ['that is not in force yet', ['invoiceToPay', 'maintenance'], '2025-12-31', /answers for invoiceToPay, maintenance:/],
    ])('a process %s is refused by name', async (_what, workflows, date, message) => {
      await expect(refuseUndeclared(house.db, date, workflows)).rejects.toThrow(expect.objectContaining({ code: 'process-undeclared', message: expect.stringMatching(message) }));
    });

    it('the worker does not start without it, and says what to do', async () => {
      const set = (shipped: SandboxSet) => ({ ...shipped, policies: shipped.policies.filter(({ name }) => name !== 'erp-changes') });
      const other = await openHouse({ set });
      try {
        await expect(other.startWorker()).rejects.toThrow();
        expect(readFileSync(join(other.processes.folder, 'logs', 'worker.log'), 'utf8')).toContain('Nobody answers for erpChanges');
      } finally {
        await other.dispose();
      }
    });
  });

  describe('maintenance', () => {
    it('signs the chains when its schedule says so', async () => {
      await submit(house.db, billed({ lines: [{ quantity: '1', price: '10.00' }] }));
      await house.startWorker();
      await house.client.schedule.getHandle('sched/maintenance').trigger();
      await expect.poll(() => readCheckpoints(house.db), { timeout: 30_000 }).not.toEqual([]);
    });

    it('removes request keys after 90 days and refused documents after 30, and nothing younger', async () => {
      const signer = auditSigner(join(house.settings.stateDir, 'keys'));
      for (const [key, days] of [['old', 91], ['young', 89]] as const) {
        await sql(house.db, `insert into requests (principal, method, route, key, entity, body_hash, state, verdict, lease_until, created_at)
          values ('p', 'POST', '/v1/x', :key, 'DE01', 'h', 'done', 'fresh', now(), now() - :days * interval '1 day')`, { key, days });
        await sql(house.db, `insert into blobs (entity, sha256, bytes, size, media_type, purpose, retention, expires_at)
          values ('DE01', :sha, '\\x00', 1, 'text/plain', 'document', 'refused', now() + :hours * interval '1 hour')`, { sha: key === 'old' ? 'a'.repeat(64) : 'b'.repeat(64), hours: key === 'old' ? -1 : 1 });
      }
      expect(await maintain({ db: house.db, auditSigner: signer })).toMatchObject({ forgottenRequests: 1, deletedDocuments: 1 });
      expect(await sql(house.db, `select key from requests where principal = 'p'`)).toEqual([{ key: 'young' }]);
      expect(await maintain({ db: house.db, auditSigner: signer })).toMatchObject({ forgottenRequests: 0, deletedDocuments: 0 });
    });

    it('a changed record stops the signing and is named', async () => {
      const before = await readCheckpoints(house.db);
      await submit(house.db, billed({ lines: [{ quantity: '1', price: '11.00' }] }));
      await sql(house.db, `alter table audit_events disable trigger all`);
      await sql(house.db, `update audit_events set event = replace(event, 'intake', 'outtake') where entity = 'DE01' and seq = (select max(seq) from audit_events where entity = 'DE01' and event like '%intake%')`);
      const signer = auditSigner(join(house.settings.stateDir, 'keys'));
      await expect(maintain({ db: house.db, auditSigner: signer })).rejects.toMatchObject({ code: 'audit-chain-broken' });
      expect(await readCheckpoints(house.db)).toEqual(before);
    });
  });
});
