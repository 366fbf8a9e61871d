import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { KontorError, type ErrorCode, type Problem } from '../../domain/errors.ts';

/**
 * Reads a YAML file of people strictly: no duplicate keys, no unknown members, decimals kept as the text that was
 * written (12.50 never becomes a floating-point number). Throws `code` with line and column of what is wrong.
 */
export function readYaml<T>(text: string, file: string, schema: z.ZodType<T>, code: ErrorCode): T {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:float'),
  });
  const syntax = document.errors[0];
  if (syntax) throw fault(code, file, lines.linePos(syntax.pos[0]), syntax.message.split('\n')[0]!);
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  throw fault(code, file, placeOf(document, path, lines), `${path.join('.') || 'the file'}: ${issue.message}`, path.join('.'));
}

/** Adds line and column to what a rule says of a part of the file, named by its path such as `tasks.3.owner`. */
export function withYamlPlace(text: string, file: string, problem: Problem): Problem {
  const path = problem.place?.path;
  if (path === undefined) return { ...problem, place: { file } };
  const lines = new LineCounter();
  const steps = path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const { line, col } = placeOf(parseDocument(text, { lineCounter: lines }), steps, lines);
  return { ...problem, place: { file, line, column: col, path } };
}

/** The place of the node, or of the nearest one above that exists. */
function placeOf(document: Document, path: readonly (string | number)[], lines: LineCounter): { line: number; col: number } {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]);
  }
  return { line: 1, col: 1 };
}

function fault(code: ErrorCode, file: string, { line, col }: { line: number; col: number }, reason: string, path?: string): KontorError {
  return new KontorError(code, `${file}, line ${line}, column ${col}: ${reason}.`, { place: { file, line, column: col, ...(path ? { path } : {}) } });
}
