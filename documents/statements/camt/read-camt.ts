import { KontorError, problemOf, type Place, type Problem } from '../../../domain/errors.ts';
import type { BankStatement, StatementEntry, StatementFinding } from '../../../domain/model/bank-statement.ts';
import type { Money } from '../../../domain/model/money.ts';
import { shown } from '../amounts.ts';
import type { StatementFile } from '../result.ts';
import { dateAt, missing, readEntry, signedAmount } from './entry.ts';
import { streamCamt, textAt, type Element } from './stream.ts';

const statementElement: Record<string, string> = { '052': 'Rpt', '053': 'Stmt', '054': 'Ntfctn' };

/**
 * Bytes in parts → statements of a camt.052, .053 or .054 message, versions 01 to 10. Only one entry at a time is held as XML.
 * A statement that cannot be read is refused by itself (SI-10); what is wrong with the XML ends the file there.
 */
export async function readCamt(chunks: AsyncIterable<Uint8Array>): Promise<StatementFile> {
  const file: StatementFile = { format: 'camt', statements: [], problems: [] };
  let wanted = '';
  let root = '';
  let base = '';
  let draft: Draft | undefined;
  try {
    await streamCamt(chunks, {
      root(name, namespace, path, line) {
        const [format, message] = formatOf(name, namespace, { line, path });
        root = path;
        file.format = format;
        wanted = statementElement[message] ?? '';
      },
      open(depth, name, line) {
        if (depth === 2) base = `${root}/${name}`;
        if (depth === 3 && name === wanted) draft = new Draft(`${base}/${name}[${file.statements.length + file.problems.length + 1}]`, line);
      },
      part(element, index) {
        draft?.add(element, index);
      },
      close(depth) {
        if (depth !== 3 || !draft) return;
        const result = draft.finish();
        draft = undefined;
        if ('code' in result) file.problems.push(result);
        else file.statements.push(result);
      },
    });
    if (root === '') throw new KontorError('statement-format-unknown', 'The envelope holds no message (Document).', { place: { line: 1 } });
    if (file.statements.length === 0 && file.problems.length === 0) throw new KontorError('statement-empty', `The message has no ${wanted}.`, { place: { path: `${base}/${wanted}` } });
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    file.problems.push(problemOf(error));
  }
  return file;
}

/** A market may publish a version of its own under a longer name: `ISO:camt.053.001.02:APC:…`. */
function formatOf(name: string, namespace: string, place: Place): [format: string, message: string] {
  const parts = /^(?:urn:iso:std:iso:20022:tech:xsd|urn:swift:xsd|ISO):\$?(camt\.(05[234])\.001\.(\d{2}))(?::[\w:.-]+)?$/.exec(namespace.trim());
  if (name !== 'Document' || !parts) throw new KontorError('statement-format-unknown', `The root is ${shown(name)} of ${shown(namespace.slice(-38))}, which is no camt.052, camt.053 or camt.054.`, { place });
  const version = Number(parts[3]);
  if (version < 1 || version > 10) throw new KontorError('statement-version-unsupported', `The message is ${parts[1]}; versions 01 to 10 are read.`, { place });
  return [parts[1] as string, parts[2] as string];
}

/** A statement while it is read. After its first problem nothing more of it is looked at. */
class Draft {
  private readonly path: string;
  private readonly line: number;
  private readonly header = new Map<string, Element>();
  private readonly balances: { kind: string; amount: Money; date: string | undefined }[] = [];
  private readonly entries: BankStatement['entries'] = [];
  private account: string | undefined;
  private problem: Problem | undefined;

  constructor(path: string, line: number) {
    this.path = path;
    this.line = line;
  }

  add(element: Element, index: number): void {
    if (this.problem) return;
    try {
      const path = `${this.path}/${element.name}[${index}]`;
      if (element.name === 'Ntry') this.entries.push(detached(readEntry(element, path, (this.account ??= accountOf(this.header.get('Acct'))))));
      else if (element.name === 'Bal') this.balances.push({ kind: kindOf(element), amount: signedAmount(element, path), date: dateAt(element, 'Dt', path) });
      else if (!this.header.has(element.name)) this.header.set(element.name, element);
    } catch (error) {
      if (!(error instanceof KontorError)) throw error;
      this.problem = problemOf(error);
    }
  }

  finish(): BankStatement | Problem {
    if (this.problem) return this.problem;
    const holder: Element = { name: '', currency: '', text: '', children: [...this.header.values()], line: this.line };
    const account = accountOf(this.header.get('Acct'));
    if (account === undefined) return problemOf(missing(holder, `${this.path}/Acct/Id`));
    const stated = textAt(holder, 'Acct/Ccy');
    const { opening, closing } = this.ends(stated);
    const number = textAt(holder, 'ElctrncSeqNb', 'LglSeqNb', 'Id');
    const currency = stated ?? opening?.amount.currency ?? closing?.amount.currency ?? this.entries[0]?.amount.currency;
    return {
      account,
      ...(number === undefined ? {} : { number }),
      ...(currency === undefined ? {} : { currency }),
      ...(opening ? { opening: opening.amount } : {}),
      ...(closing ? { closing: closing.amount } : {}),
      ...(opening?.date ? { openingDate: opening.date } : {}),
      ...(closing?.date ? { closingDate: closing.date } : {}),
      entries: this.entries,
      findings: this.copyFinding(textAt(holder, 'CpyDplctInd')),
    };
  }

  /** OPBD or the previous closing opens; CLBD closes; pages and reports use ITBD for both ends. Of several currencies that of the account counts. */
  private ends(currency: string | undefined) {
    const find = (...kinds: string[]) => {
      for (const kind of kinds) {
        const found = this.balances.filter((balance) => balance.kind === kind);
        const best = found.find((balance) => balance.amount.currency === currency) ?? found[0];
        if (best) return best;
      }
      return undefined;
    };
    const interim = this.balances.filter((balance) => balance.kind === 'ITBD');
    const opening = find('OPBD', 'PRCD') ?? (interim.length > 1 || this.balances.some(({ kind }) => kind === 'CLBD') ? interim[0] : undefined);
    const closing = find('CLBD') ?? (interim.at(-1) === opening ? undefined : interim.at(-1));
    return { opening, closing };
  }

  private copyFinding(mark: string | undefined): StatementFinding[] {
    return mark ? [{ code: 'copy', message: `The bank marks the statement as ${mark}; it is no new money if the original is known.` }] : [];
  }
}

/** Banks that also send BAI2 may name the balances by its codes. */
const baiKinds: Record<string, string> = { '010': 'OPBD', '015': 'CLBD' };

function kindOf(balance: Element): string {
  const kind = textAt(balance, 'Tp/CdOrPrtry/Cd', 'Tp/Cd', 'Tp/CdOrPrtry/Prtry') ?? '';
  return baiKinds[kind] ?? kind;
}

function accountOf(element: Element | undefined): string | undefined {
  return textAt(element, ...['IBAN', 'Othr/Id', 'BBAN', 'UPIC', 'PrtryAcct/Id'].map((kind) => `Id/${kind}`));
}

/** Texts of a stream are windows on its parts: without a copy every entry would keep the whole part in memory that it came from. */
function detached(entry: StatementEntry): StatementEntry {
  return JSON.parse(JSON.stringify(entry)) as StatementEntry;
}
