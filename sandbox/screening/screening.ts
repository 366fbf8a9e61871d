import { openJournalFile } from '../shared/journal-file.ts';
import type { Behaviour, CheckResult, ScreeningFact, ScreeningList, Subject } from './model.ts';

/** A screening service: its lists, and the memory of every check. */
export interface Screening {
  readonly droppedBytes: number;
  readonly results: (CheckResult & { at: string })[];
  check(subjects: Subject[]): CheckResult[];
  behave(behaviour: Behaviour): void;
  forgetBehaviours(): void;
  replaceList(list: ScreeningList): void;
  durable(): Promise<void>;
  close(): void;
}

/** A list that was not updated for longer is no basis for an all-clear. */
const staleAfterDays = 7;
const day = 86_400_000;

export function openScreening(path: string, seeds: ScreeningList[], clock: () => Date = () => new Date()): Screening {
  const file = openJournalFile<ScreeningFact>(path, clock);
  const lists = new Map<string, ScreeningList>();
  const results: (CheckResult & { at: string })[] = [];
  let rules: { behaviour: Behaviour; used: number }[] = [];
  for (const { at, fact } of file.records) apply(at, fact);
  for (const list of seeds) if (!lists.has(list.list)) commit({ kind: 'list', list });

  return {
    droppedBytes: file.droppedBytes,
    results,
    check,
    behave: (behaviour) => commit({ kind: 'behaviour', behaviour }),
    forgetBehaviours: () => commit({ kind: 'behaviours-cleared' }),
    replaceList: (list) => commit({ kind: 'list', list }),
    durable: () => file.durable(),
    close: () => file.close(),
  };

  function check(subjects: Subject[]): CheckResult[] {
    const used: number[] = [];
    const found = subjects.map((subject, index): CheckResult => ({
      checkNo: `CHK-${String(results.length + index + 1).padStart(7, '0')}`,
      subjectId: subject.id,
      ...judge(subject, used),
      listDate: oldestList(),
    }));
    commit({ kind: 'check', results: found, used });
    return found;
  }

  function judge(subject: Subject, used: number[]): Pick<CheckResult, 'status' | 'matches'> {
    const told = rules.findIndex(({ behaviour, used: before }, index) => (behaviour.subjectId ?? subject.id) === subject.id && before + used.filter((one) => one === index).length < behaviour.times);
    const rule = rules[told]?.behaviour;
    if (rule) {
      used.push(told);
      return { status: rule.status, matches: [] };
    }
    const words = wordsOf(subject.name);
    if (words.length === 0) return { status: 'look', matches: [] };
    const matching = [...lists.values()].flatMap((list) => list.entries).filter((entry) => wordsOf(entry.name).every((word) => words.includes(word)));
    const matches = matching.map(({ id }) => id);
    if (matching.some(({ strength }) => strength === 'strong')) return { status: 'match', matches };
    if (matching.length > 0) return { status: 'look', matches };
    if (lists.size === 0) return { status: 'failed', matches };
    return { status: clock().getTime() - Date.parse(oldestList()) > staleAfterDays * day ? 'outdated' : 'no-match', matches };
  }

  function oldestList(): string {
    const today = clock().toISOString().slice(0, 10);
    return [...lists.values()].map(({ date }) => date ?? today).sort()[0] ?? today;
  }

  function commit(fact: ScreeningFact): void {
    apply(file.append(fact).at, fact);
  }

  function apply(at: string, fact: ScreeningFact): void {
    switch (fact.kind) {
      case 'list':
        lists.set(fact.list.list, fact.list);
        return;
      case 'behaviour':
        rules.push({ behaviour: fact.behaviour, used: 0 });
        return;
      case 'behaviours-cleared':
        rules = [];
        return;
      case 'check':
        results.push(...fact.results.map((result) => ({ ...result, at })));
        for (const index of fact.used) (rules[index] as { used: number }).used += 1;
    }
  }
}

/** Capital letters without accents, split at everything else: enough for a list of invented names. */
function wordsOf(name: string): string[] {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}
