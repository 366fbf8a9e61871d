import { yamlFault } from '../../documents/ledger/yaml-file.ts';
import { KontorError } from '../../domain/errors.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { PolicyKind } from '../../domain/policy/index.ts';
import { sharedMark } from '../../domain/rules/accounts-payable/company.ts';
import { changedPaths } from '../../domain/rules/changed-paths.ts';

/** The file of a company that is sound by itself. */
export interface CompanyFile {
  /** From the checkout's root. */
  file: string;
  text: string;
  company: LegalEntity;
}

/** What a company's file has to fit into. */
export interface Surroundings {
  stored: readonly LegalEntity[];
  /** Ids of the companies that have taken a document in. */
  withDocuments: ReadonlySet<string>;
  /** Of the policies that were imported or lie in `policies/`. */
  hasPolicy(kind: PolicyKind, name: string): boolean;
  /** Opens all counterparts of the company. @throws KontorError with the path of the setting that does not fit */
  open(company: LegalEntity): void;
}

/** Keys of effects, amounts and open items are meant in these: with documents about, another value would change what they say. */
const keptWithDocuments = ['currency', 'erp.adapter', 'erp.settings.company'];

/** Which companies may be stored, and a `policy-invalid` with file and line for each of the others. */
export function judgeCompanies(files: readonly CompanyFile[], around: Surroundings): { sound: LegalEntity[]; faults: KontorError[] } {
  const faults: KontorError[] = [];
  const fitting = files.filter((entry) => {
    const fault = misfit(entry, around);
    if (fault) faults.push(fault);
    return !fault;
  });
  const clashes = clashesAmong(knownFirst(fitting, around), around.stored);
  return { sound: fitting.filter((entry) => !clashes.has(entry)).map(({ company }) => company), faults: [...faults, ...clashes.values()] };
}

function misfit({ file, text, company }: CompanyFile, { stored, withDocuments, hasPolicy, open }: Surroundings): KontorError | undefined {
  const at = (path: string, reason: string) => yamlFault('policy-invalid', text, file, path, reason);
  if (!hasPolicy('calendar', company.calendar)) return at('calendar', `there is no calendar policy ${company.calendar}`);
  for (const [kind, name] of Object.entries(company.policies) as [PolicyKind, string][])
    if (!hasPolicy(kind, name)) return at(`policies.${kind}`, `there is no ${kind} policy ${name}`);
  const before = withDocuments.has(company.id) ? stored.find(({ id }) => id === company.id) : undefined;
  const kept = before && changedPaths(before, company).find((path) => keptWithDocuments.includes(path));
  if (kept) return at(kept, `${company.id} has documents, and they are meant in the ${kept} that is stored`);
  try {
    open(company);
    return undefined;
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    return at(error.place?.path ?? '', error.message);
  }
}

/** Where two claim one mark, the one that came later gives way. */
function knownFirst(files: readonly CompanyFile[], { stored }: Surroundings): CompanyFile[] {
  const known = ({ company }: CompanyFile) => stored.some(({ id }) => id === company.id);
  return [...files.filter(known), ...files.filter((entry) => !known(entry))];
}

/** A company whose file gives way stays as it is stored, which may meet another file: hence again until nothing meets. */
function clashesAmong(files: readonly CompanyFile[], stored: readonly LegalEntity[]): Map<CompanyFile, KontorError> {
  const clashes = new Map<CompanyFile, KontorError>();
  for (;;) {
    const candidates = files.filter((entry) => !clashes.has(entry));
    const companies = [...candidates.map(({ company }) => company), ...stored.filter(({ id }) => !candidates.some(({ company }) => company.id === id))];
    const fault = candidates.map((entry) => [entry, clashOf(entry, companies)] as const).findLast(([, found]) => found);
    if (!fault) return clashes;
    clashes.set(fault[0], fault[1]!);
  }
}

function clashOf({ file, text, company }: CompanyFile, companies: readonly LegalEntity[]): KontorError | undefined {
  const shared = sharedMark(company, companies.filter(({ id }) => id !== company.id));
  return shared && yamlFault('policy-invalid', text, file, shared.path, `${shared.mark} belongs to ${shared.other} as well, so that no document with it could be told to be for either`);
}
