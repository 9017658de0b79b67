// The order of releases.

const numbers = (release) => release.split(".").map(Number);

/** Less than 0 where `a` came before `b`. */
export function compare(a, b) {
  const [left, right] = [numbers(a), numbers(b)];
  return (
    left.map((number, index) => number - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0
  );
}

export const isBefore = (a, b) => compare(a, b) < 0;
