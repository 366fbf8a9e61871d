import type { Db } from '../../db/client.ts';
import { listEntities } from '../../db/repositories/directory.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';

/** Companies come and go with their files; a document is not worth reading all of them again. */
const rememberedMs = 5_000;
const remembered = new WeakMap<Db, { companies: LegalEntity[]; untilMs: number }>();

/** The company that `find` picks among all there are; one that is not among the remembered is looked for in the database. */
export async function findCompany(db: Db, find: (companies: LegalEntity[]) => LegalEntity | undefined): Promise<LegalEntity | undefined> {
  const known = remembered.get(db);
  const company = known && known.untilMs > Date.now() ? find(known.companies) : undefined;
  return company ?? find(await readCompanies(db));
}

async function readCompanies(db: Db): Promise<LegalEntity[]> {
  const companies = await listEntities(db);
  remembered.set(db, { companies, untilMs: Date.now() + rememberedMs });
  return companies;
}
