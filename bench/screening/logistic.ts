export interface Model {
  intercept: number;
  weights: number[];
}

/**
 * Logistic regression by accelerated projected gradient. Every weight is held at or below zero: a difference may never
 * raise a score, so that each contribution can be explained. Weights are drawn towards `priors` with the strength `penalty`:
 * where the rows say little, the rule decides. Deterministic: no random start, no sampling.
 */
export function fitLogistic(rows: number[][], labels: boolean[], priors: number[], penalty: number, rounds = 3000): Model {
  const size = rows[0]!.length;
  let weights = [...priors];
  let intercept = 1;
  let momentum = [...weights];
  let momentumIntercept = intercept;
  const step = 4 / (1 + Math.max(...rows.map((row) => row.reduce((sum, value) => sum + value * value, 0))));
  for (let round = 1; round <= rounds; round++) {
    const gradient = momentum.map((weight, j) => (penalty * (weight - priors[j]!)) / rows.length);
    let gradientIntercept = 0;
    rows.forEach((row, at) => {
      const error = (sigmoid(score({ intercept: momentumIntercept, weights: momentum }, row)) - (labels[at] ? 1 : 0)) / rows.length;
      gradientIntercept += error;
      for (let j = 0; j < size; j++) if (row[j] !== 0) gradient[j]! += error * row[j]!;
    });
    const next = momentum.map((weight, j) => Math.min(0, weight - step * gradient[j]!));
    const nextIntercept = momentumIntercept - step * gradientIntercept;
    const push = (round - 1) / (round + 2);
    momentum = next.map((weight, j) => weight + push * (weight - weights[j]!));
    momentumIntercept = nextIntercept + push * (nextIntercept - intercept);
    weights = next;
    intercept = nextIntercept;
  }
  return { intercept, weights };
}

export function score(model: Model, row: number[]): number {
  let sum = model.intercept;
  for (let j = 0; j < row.length; j++) sum += model.weights[j]! * row[j]!;
  return sum;
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
