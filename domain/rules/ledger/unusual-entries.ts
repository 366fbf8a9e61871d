import type { Entry } from './entry.ts';
import { profileOf, traitsOf, type Trait, type TraitCode, type TraitSettings } from './entry-traits.ts';
import { compareText } from './trial-balance.ts';

export interface UnusualEntry {
  readonly entry: Entry;
  readonly score: number;
  /** Strongest first; `points` is how rare the trait is here: each point halves the share of entries that have it. */
  readonly reasons: readonly (Trait & { points: number })[];
  readonly flagged: boolean;
}

/**
 * Entries that deserve a second look, most unusual first, with the reasons (JE-5). A trait weighs by its rarity in
 * these very books: where weekends are worked every week, a weekend says little. Entries without a trait are left
 * out; ties are ordered by entity, ledger and journal. `flagged` are those that reach the policy's score, within its share.
 */
export function unusualEntries(entries: readonly Entry[], settings: TraitSettings): UnusualEntry[] {
  const profile = profileOf(entries);
  const found = entries.map((entry) => ({ entry, traits: traitsOf(entry, profile, settings) })).filter(({ traits }) => traits.length > 0);
  const points = rarity(found.flatMap(({ traits }) => traits.map(({ code }) => code)), entries.length);
  const ranked = found.map(({ entry, traits }) => {
    const reasons = traits.map((trait) => ({ ...trait, points: points.get(trait.code)! })).sort((a, b) => b.points - a.points || compareText(a.code, b.code));
    return { entry, reasons, score: reasons.reduce((sum, reason) => sum + reason.points, 0) };
  });
  ranked.sort((a, b) => b.score - a.score || compareText(a.entry.entity, b.entry.entity) || compareText(a.entry.ledger, b.entry.ledger) || compareText(a.entry.journal, b.entry.journal));
  const { flagScore, flagShare } = settings.policy.unusual;
  const most = Math.max(1, Math.floor((entries.length * flagShare) / 10_000));
  return ranked.map((item, index) => ({ ...item, flagged: index < most && item.score >= flagScore }));
}

/** Whole bits of surprise: how often the number of entries can be halved before only those with the trait are left. */
function rarity(codes: readonly TraitCode[], entries: number): Map<TraitCode, number> {
  const counts = new Map<TraitCode, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const points = new Map<TraitCode, number>();
  for (const [code, count] of counts) {
    let halvings = 0;
    for (let share = entries; share >= count * 2; share = Math.floor(share / 2)) halvings++;
    points.set(code, halvings);
  }
  return points;
}
