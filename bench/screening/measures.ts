/** Area under the ROC curve: the share of (match, other) pairs in the right order, ties half. */
export function areaUnderCurve(scores: number[], labels: boolean[]): number {
  const order = scores.map((score, at) => ({ score, match: labels[at]! })).sort((x, y) => x.score - y.score);
  let ranks = 0;
  for (let at = 0; at < order.length; ) {
    let end = at;
    while (end < order.length && order[end]!.score === order[at]!.score) end++;
    for (let i = at; i < end; i++) if (order[i]!.match) ranks += (at + end + 1) / 2;
    at = end;
  }
  const positives = labels.filter(Boolean).length;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives));
}

export interface Decisions {
  recall: number;
  precision: number;
  balancedAccuracy: number;
}

export function decisionsAt(threshold: number, scores: number[], labels: boolean[]): Decisions {
  let hits = 0;
  let alerts = 0;
  let rejected = 0;
  const positives = labels.filter(Boolean).length;
  scores.forEach((score, at) => {
    if (score >= threshold) alerts++;
    if (score >= threshold && labels[at]) hits++;
    if (score < threshold && !labels[at]) rejected++;
  });
  return { recall: hits / positives, precision: alerts ? hits / alerts : 0, balancedAccuracy: (hits / positives + rejected / (labels.length - positives)) / 2 };
}

/** The threshold with the best balanced accuracy on the given rows. */
export function bestThreshold(scores: number[], labels: boolean[]): number {
  let best = { threshold: 0.5, accuracy: 0 };
  for (let threshold = 0.3; threshold <= 0.8; threshold += 0.01) {
    const accuracy = decisionsAt(threshold, scores, labels).balancedAccuracy;
    if (accuracy > best.accuracy + 1e-9) best = { threshold, accuracy };
  }
  return best.threshold;
}
