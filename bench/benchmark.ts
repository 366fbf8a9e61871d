/** What `bench/<name>.bench.ts` exports. */
export interface Benchmark {
  /** One line: what is measured, against what. */
  summary: string;
  run(args: string[]): Promise<Result>;
}

export interface Result {
  name: string;
  /** A table; the keys are its columns and carry the units. */
  rows: Record<string, string | number>[];
  notes?: string[];
}

/** What the process of one benchmark hands back. */
export interface Measured {
  summary: string;
  result: Result;
}

/** A result with everything that a reader needs to judge or repeat it. */
export interface KeptResult extends Result {
  summary: string;
  command: string;
  measuredAt: string;
  revision: string;
  environment: Environment;
}

export interface Environment {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  versions: Record<string, string>;
}

/** All kept results as one page; a benchmark that was not run again keeps its old section. */
export function resultsPage(results: KeptResult[]): string {
  return ['# Benchmarks', '', 'Written by `npm run bench`; `npm run bench -- NAME` measures one again and leaves the others as they are.', '', ...results.flatMap(section)].join('\n');
}

export function table(rows: Result['rows']): string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.map((column) => String(row[column] ?? '').replaceAll('|', '\\|')));
  const numeric = columns.map((column) => rows.every((row) => typeof row[column] === 'number'));
  const widths = columns.map((column, i) => Math.max(3, column.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: string[]) => `| ${row.map((cell, i) => (numeric[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (numeric[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(columns), line(rule), ...cells.map(line)];
}

function section(result: KeptResult): string[] {
  const { cpu, cores, memoryGb, system, versions } = result.environment;
  return [
    `## ${result.name}`, '', result.summary, '', ...table(result.rows), '', ...(result.notes ?? []).map((note) => `- ${note}`), ...(result.notes?.length ? [''] : []),
    `\`${result.command}\`, ${result.measuredAt.slice(0, 10)}, revision ${result.revision}; ${cores} × ${cpu}, ${memoryGb} GB, ${system}; ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}`, '',
  ];
}
