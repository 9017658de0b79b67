// Interleaved timing: every round runs every contender once, in turn, and the median of the rounds counts.

const SAMPLE = 8;

const now = () => Number(process.hrtime.bigint()) / 1e6;

function time(run, times) {
  const start = now();
  for (let count = 0; count < times; count++) {
    // What nobody looks at, an optimiser may leave out.
    if (run() === undefined) throw new Error("a run without a result");
  }
  return now() - start;
}

/** As many calls as take a sample's milliseconds, after enough of them to have the code optimised. */
function calibrate(run) {
  let times = 1;
  for (;;) {
    const took = time(run, times);
    if (took > SAMPLE / 2) return Math.max(1, Math.round((times * SAMPLE) / took));
    times *= 2;
  }
}

export const median = (values) => values.slice().sort((a, b) => a - b)[values.length >> 1];

/** The median nanoseconds of each run's call. */
export function measure(runs, rounds) {
  const names = Object.keys(runs);
  const times = names.map((name) => calibrate(runs[name]));
  const samples = names.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const index = (turn + round) % names.length;
      samples[index].push((time(runs[names[index]], times[index]) * 1e6) / times[index]);
    }
  }
  return Object.fromEntries(names.map((name, index) => [name, median(samples[index])]));
}
