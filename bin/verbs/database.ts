// Migrate the database, look at its state, or say that it was restored from a backup
import { inTransaction, sql, type Db } from '../../db/client.ts';
import { migrate } from '../../db/migrate.ts';
import { migrations } from '../../db/migrations/index.ts';
import { appendAudit, INSTALLATION } from '../../db/repositories/audit.ts';
import { listEntities } from '../../db/repositories/directory.ts';
import { placeHold } from '../../db/repositories/payables.ts';
import { uncomparedLoss } from '../../db/repositories/lost-records.ts';
import { databaseEpoch, markRestored, openEffects } from '../../db/repositories/once.ts';
import { KontorError } from '../../domain/errors.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { parseOptions } from '../options.ts';
import { databaseUrlOf, withDatabase } from '../services/reach-database.ts';

const usage = `Usage: kontor database migrate
       kontor database status
       kontor database restored --by PERSON

migrate   Brings the schema to this version and prints what was applied. \`npm start\` does it by itself.
status    Prints the epoch, the migrations that are missing, how many effects outside have no known outcome, and whether the processes
          have been compared with the cases since records were lost.
restored  To be said after a restore from a backup, before Kontor is started: what was sent since the backup is not recorded
          any more, so that every effect is enquired for before it is sent again. Payments of all companies are on hold until
          somebody has gone through the differences that the reconciliation lists, and lifts the holds. The worker compares at its
          start what the process engine runs with the cases: a process whose case is lost, and a payment run whose process is
          gone, are listed to people; a document whose process has ended since runs again, and is not paid before somebody has looked.`;

const settings = readSettings();

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions({ args, allowPositionals: true, options: { help: { type: 'boolean' }, by: { type: 'string' } } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  switch (positionals[0]) {
    case 'migrate':
      return say({ applied: await migrate(databaseUrlOf(settings)) });
    case 'status':
      return say(await withDatabase(settings, status));
    case 'restored':
      return say(await withDatabase(settings, (db) => restored(db, values.by)));
    default:
      console.error(usage);
      return 2;
  }
}

async function status(db: Db): Promise<object> {
  const [{ there } = { there: false }] = await sql<{ there: boolean }>(db, `select to_regclass('schema_migrations') is not null as there`);
  const applied = there ? await sql<{ name: string }>(db, `select name from schema_migrations`) : [];
  const missingMigrations = migrations.map(({ id }) => id).filter((id) => !applied.some(({ name }) => name === id));
  if (missingMigrations.length > 0) return { missingMigrations };
  return { epoch: await databaseEpoch(db), missingMigrations, unknownOutcomes: (await openEffects(db, 0)).length, processesCompared: (await uncomparedLoss(db)) === undefined };
}

async function restored(db: Db, by: string | undefined): Promise<object> {
  if (!by) throw new KontorError('usage-invalid', '--by is missing: name the person who restored the database.');
  return inTransaction(db, async (trx) => {
    const epoch = await markRestored(trx);
    for (const { id } of await listEntities(trx)) await placeHold(trx, { id: `${id}-hold-restored-${epoch.slice(-12)}`, entity: id, subject: 'entity', subjectId: id, reason: 'database-restored', setBy: `person:${by}` });
    await appendAudit(trx, INSTALLATION, [{ action: 'database.restored', actor: `person:${by}`, correlationId: `command:${process.pid}:${Date.now()}`, data: { epoch } }]);
    return { epoch };
  });
}

function say(answer: object): number {
  console.log(JSON.stringify(answer));
  return 0;
}
