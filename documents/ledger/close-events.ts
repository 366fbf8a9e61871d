import { KontorError } from '../../domain/errors.ts';
import { closeEventSchema, type CloseEvent } from '../../domain/model/close-task.ts';

/** Reads one event a line; empty lines are skipped. Throws `ledger-file-malformed` with line and column. */
export function readCloseEvents(text: string, file: string): { event: CloseEvent; line: number }[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = index + 1;
    if (raw.trim() === '') return [];
    const parsed = closeEventSchema.safeParse(parseJson(raw, file, line));
    if (parsed.success) return [{ event: parsed.data, line }];
    const issue = parsed.error.issues[0]!;
    const field = String(issue.path[0] ?? '');
    const column = Math.max(0, raw.indexOf(`"${field}"`)) + 1;
    throw fault(file, line, column, `${field || 'the event'}: ${issue.message}`);
  });
}

function parseJson(raw: string, file: string, line: number): unknown {
  try {
    return JSON.parse(raw);
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    throw fault(file, line, position ? Number(position) + 1 : 1, 'not a JSON object');
  }
}

function fault(file: string, line: number, column: number, reason: string): KontorError {
  return new KontorError('ledger-file-malformed', `${file}, line ${line}, column ${column}: ${reason}.`, { place: { file, line, column } });
}
