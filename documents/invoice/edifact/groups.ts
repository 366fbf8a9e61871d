import { component, type Segment } from './segments.ts';

/** A trigger segment with the segments that follow it up to the next trigger. */
export interface Group {
  trigger: Segment;
  members: Segment[];
}

/** The three sections of an INVOIC message as groups; segments before the first trigger of a section stand under its own first segment. */
export interface Sections {
  header: Group[];
  /** Each invoice line with its own groups; the first group of a line is triggered by LIN. */
  lines: Group[][];
  summary: Group[];
}

const headerTriggers = new Set(['BGM', 'RFF', 'NAD', 'CUX', 'PYT', 'PAT', 'ALC', 'TAX', 'TDT', 'TOD']);
const lineTriggers = new Set(['LIN', 'PYT', 'PAT', 'PRI', 'RFF', 'NAD', 'ALC', 'TAX', 'TDT', 'TOD', 'LOC', 'PAC']);
const summaryTriggers = new Set(['UNS', 'TAX', 'ALC', 'RFF']);

export function sectionsOf(message: Segment[]): Sections {
  const firstLine = message.findIndex((segment) => segment.tag === 'LIN');
  const summaryStart = message.findIndex((segment) => segment.tag === 'UNS');
  const end = summaryStart < 0 ? message.length : summaryStart;
  const bodyStart = firstLine < 0 || firstLine > end ? end : firstLine;
  return {
    header: grouped(message.slice(0, bodyStart), headerTriggers, { NAD: ['RFF', 'CTA', 'DOC'], ALC: [] }),
    lines: linesOf(message.slice(bodyStart, end)),
    summary: grouped(message.slice(end), summaryTriggers, {}),
  };
}

function linesOf(body: Segment[]): Group[][] {
  const lines: Segment[][] = [];
  for (const segment of body) {
    if (segment.tag === 'LIN') lines.push([]);
    lines.at(-1)?.push(segment);
  }
  return lines.map((line) => grouped(line, lineTriggers, { NAD: ['RFF', 'CTA'] }));
}

/** `owned` names segments that would start a group elsewhere and belong to the one that is open here. */
function grouped(segments: Segment[], triggers: Set<string>, owned: Record<string, string[]>): Group[] {
  const groups: Group[] = [];
  for (const segment of segments) {
    const open = groups.at(-1);
    const belongs = open && (!triggers.has(segment.tag) || owned[open.trigger.tag]?.includes(segment.tag) || chargeTax(open, segment));
    if (belongs) open.members.push(segment);
    else groups.push({ trigger: segment, members: [] });
  }
  return groups;
}

/** The tax of an allowance or charge follows its amount; another one after that stands for itself. */
function chargeTax(open: Group, segment: Segment): boolean {
  return open.trigger.tag === 'ALC' && segment.tag === 'TAX' && !open.members.some((member) => member.tag === 'TAX');
}

/** Members of a group, its trigger included, with a tag and (where given) a qualifier as the first component of the first element. */
export function segmentsIn(groups: Group[], tag: string, qualifier?: string): Segment[] {
  return groups
    .flatMap((group) => [group.trigger, ...group.members])
    .filter((segment) => segment.tag === tag && (qualifier === undefined || component(segment, 1) === qualifier));
}
