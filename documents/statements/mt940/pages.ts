import type { BankStatement } from '../../../domain/model/bank-statement.ts';

/** One message as it stands in the file. `continues`: it opens with :60M:; `continued`: it closes with :62M:. */
export interface Page {
  statement: BankStatement;
  interim: boolean;
  line: number;
  page: number | undefined;
  continues: boolean;
  continued: boolean;
}

/** Joins the pages of one statement (SI-6): each opens with the intermediate balance that the one before closed with. */
export function joinPages(pages: Page[]): BankStatement[] {
  const statements: BankStatement[] = [];
  let open: Page | undefined;
  for (const next of pages) {
    if (open && isNext(open, next)) open = append(open, next);
    else {
      if (open) statements.push(finished(open));
      open = startOf(next);
    }
  }
  if (open) statements.push(finished(open));
  return statements;
}

function isNext(open: Page, next: Page): boolean {
  return open.continued && next.continues && open.statement.account === next.statement.account && open.statement.number === next.statement.number;
}

function startOf(page: Page): Page {
  if (!page.continues) return page;
  const findings = [...page.statement.findings, { code: 'truncated' as const, message: `The statement at line ${page.line} opens with an intermediate balance; its first pages are missing.` }];
  return { ...page, statement: { ...page.statement, findings } };
}

function append(open: Page, next: Page): Page {
  const [before, after] = [open.statement, next.statement];
  const findings = [...before.findings, ...after.findings];
  if (before.closing?.minor !== after.opening?.minor || before.closing?.currency !== after.opening?.currency)
    findings.push({ code: 'gap', message: `The page at line ${next.line} opens with ${after.opening?.minor ?? 'nothing'}; the one before closed with ${before.closing?.minor ?? 'nothing'} (minor units).` });
  else if (open.page !== undefined && next.page !== undefined && next.page !== open.page + 1)
    findings.push({ code: 'gap', message: `Page ${next.page} follows page ${open.page} of statement ${before.number ?? ''}.` });
  const statement: BankStatement = {
    ...before,
    ...(after.closing ? { closing: after.closing } : {}),
    ...(after.closingDate ? { closingDate: after.closingDate } : {}),
    ...(open.page === undefined || next.page === undefined ? {} : { pages: { first: before.pages?.first ?? open.page, last: next.page } }),
    entries: [...before.entries, ...after.entries],
    findings,
  };
  return { ...next, statement };
}

function finished(page: Page): BankStatement {
  if (!page.continued) return page.statement;
  return { ...page.statement, findings: [...page.statement.findings, { code: 'truncated', message: `The last page of statement ${page.statement.number ?? ''} closes with an intermediate balance; its last pages are missing.` }] };
}
