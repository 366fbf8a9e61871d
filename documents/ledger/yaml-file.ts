import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Alias, type Document } from 'yaml';
import type { z } from 'zod';
import { KontorError, problem, type ErrorCode, type Problem } from '../../domain/errors.ts';

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
  const parsed = schema.safeParse(contentOf(document, (place, reason) => fault(code, file, lines.linePos(place), reason)));
  if (parsed.success) return parsed.data;
  const { path, reason, unknown } = firstFault(parsed.error.issues);
  const place = unknown ? nameOf(document, path, lines) : placeOf(document, path, lines);
  throw fault(code, file, place, `${path.join('.') || 'the file'}: ${reason}`, path.join('.'));
}

/** A few hundred bytes of aliases may stand for more than fits into memory: the parser counts them and gives up. */
function contentOf(document: Document.Parsed, refused: (place: number, reason: string) => KontorError): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    let last: Alias | undefined;
    visit(document, { Alias: (_key, alias) => void (last = alias) });
    throw refused(last?.range?.[0] ?? 0, `aliases that stand for too much: ${error.message}`);
  }
}

/** A member that nobody knows tells more than the one that is missing because of it. */
function firstFault(issues: readonly z.core.$ZodIssue[]): { path: (string | number)[]; reason: string; unknown: boolean } {
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  const { path, message } = unknown ?? issues[0]!;
  const steps = path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (!unknown) return { path: steps, reason: message, unknown: false };
  const missing = issues.filter((issue) => issue.code === 'invalid_type' && issue.message.endsWith('received undefined') && issue.path.length === path.length + 1 && path.every((step, index) => issue.path[index] === step));
  return { path: [...steps, unknown.keys[0]!], reason: [message, ...missing.map((issue) => `${String(issue.path.at(-1))} is missing`)].join('; '), unknown: true };
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

/** What is wrong with a part of a file that was read already, named by its path. */
export function yamlFault(code: ErrorCode, text: string, file: string, path: string, reason: string): KontorError {
  const { line = 1, column = 1 } = withYamlPlace(text, file, problem(code, reason, { path })).place ?? {};
  return fault(code, file, { line, col: column }, `${path}: ${reason}`, path);
}

/** The place of the node, or of the nearest one above that exists */
function placeOf(document: Document, path: readonly (string | number)[], lines: LineCounter): { line: number; col: number } {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]);
  }
  return { line: 1, col: 1 };
}

/** Where the name of a member is written: its value may begin lines below. */
function nameOf(document: Document, path: readonly (string | number)[], lines: LineCounter): { line: number; col: number } {
  const map = document.getIn(path.slice(0, -1), true);
  const key = isMap(map) ? map.items.map((pair) => pair.key).find((name) => isScalar(name) && String(name.value) === path.at(-1)) : undefined;
  return isScalar(key) && key.range ? lines.linePos(key.range[0]) : placeOf(document, path, lines);
}

function fault(code: ErrorCode, file: string, { line, col }: { line: number; col: number }, reason: string, path?: string): KontorError {
  return new KontorError(code, `${file}, line ${line}, column ${col}: ${reason}.`, { place: { file, line, column: col, ...(path ? { path } : {}) } });
}
