// Five fixed classes instead of a continuous ramp: a colour can be named and compared.

/** Upper bounds of classes with about as many values in each. */
export function bounds(values: number[], classes = 5): number[] {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const found = Array.from(
    { length: classes },
    (_, index) => sorted[Math.min(sorted.length - 1, Math.ceil(((index + 1) * sorted.length) / classes) - 1)]!,
  );
  return [...new Set(found)];
}

/** Index of the class of a value; −1 for none. */
export const classOf = (value: number, upper: number[]): number => (value > 0 ? upper.findIndex((bound) => value <= bound) : -1);
