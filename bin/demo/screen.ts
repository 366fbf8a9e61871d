import type { Followed, OutcomeRow } from './outcome.ts';

/** Where the live table goes: redrawn on a terminal, elsewhere one line for each change. */
export interface Board {
  show(followed: readonly Followed[]): void;
  say(text: string): void;
}

export function boardOn(out: NodeJS.WriteStream): Board {
  return out.isTTY ? terminalBoard(out) : lineBoard(out);
}

function lineBoard(out: NodeJS.WriteStream): Board {
  const shown = new Map<string, string>();
  return {
    show(followed) {
      for (const entry of followed) {
        const line = cells(entry).filter((cell) => cell !== '').join(' · ');
        if (shown.get(entry.sample.name) === line || !entry.sent) continue;
        shown.set(entry.sample.name, line);
        out.write(`${line}\n`);
      }
    },
    say: (text) => void out.write(`${text}\n`),
  };
}

function terminalBoard(out: NodeJS.WriteStream): Board {
  let drawn: string[] = [];
  const erase = () => out.write(drawn.length === 0 ? '' : `\u001b[${drawn.length}A\u001b[J`);
  const draw = (lines: string[]) => {
    const cut = lines.map((line) => line.slice(0, Math.max(20, out.columns - 1)));
    if (cut.join('\n') === drawn.join('\n')) return;
    erase();
    drawn = cut;
    out.write(drawn.map((line) => `${line}\n`).join(''));
  };
  return {
    show(followed) {
      draw(inColumns([['SAMPLE', 'CASE', 'STAGE', 'ERP', 'AWAITS'], ...followed.map(cells)]));
    },
    say(text) {
      const below = drawn;
      erase();
      drawn = [];
      out.write(`${text}\n`);
      draw(below);
    },
  };
}

function cells({ sample, sent, view }: Followed): string[] {
  if (!sent) return [sample.name, '', sample.after === undefined ? '' : `waits for "${sample.after}"`, '', ''];
  if (sent.status !== 202) return [sample.name, '', `refused ${sent.status} ${sent.code ?? ''}`, '', ''];
  const stage = sent.accepted === 'same-content' ? 'the same document again' : view ? (view.state === 'running' ? view.stage : view.state) : 'accepted';
  const awaits = [...new Set((view?.awaiting ?? []).map(({ what, role, person }) => `${person ?? role} (${what})`))].join(', ');
  return [sample.name, sent.caseId ?? '', stage, view?.erpReference ?? '', awaits];
}

/** Expected against actual, with a mark where they differ. */
export function outcomeTable(rows: readonly OutcomeRow[]): string {
  return inColumns([['', 'SAMPLE', 'EXPECTED', 'ACTUAL (API and ledgers of ERP and bank)'], ...rows.map(({ agrees, name, expected, actual }) => [agrees ? 'ok' : 'NO', name, expected, actual])]).join('\n');
}

function inColumns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cellsOf) => cellsOf[column]?.length ?? 0)));
  return rows.map((cellsOf) => cellsOf.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}
