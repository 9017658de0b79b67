// Interleaved timing: every round runs every contender once, in turn, and the median of the rounds counts.

const SAMPLE = 8;

const clock = () => Number(process.hrtime.bigint()) / 1e6;

/** The processor time of this process in milliseconds. Waiting for a processor does not count. */
export function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

function time({ run, inputs }, times, now) {
  const list = inputs(times);
  const start = now();
  for (let count = 0; count < times; count++) {
    // The result is used, so that the optimiser cannot remove the call.
    if (run(list[count % list.length]) === undefined) throw new Error("a run without a result");
  }
  return now() - start;
}

/** How many calls a sample has so that it takes `sample` milliseconds. The calls here also make V8 optimise the code. */
function calibrate(contender, sample, now) {
  let times = 1;
  for (;;) {
    const took = time(contender, times, now);
    if (took > sample / 2) return Math.max(1, Math.round((times * sample) / took));
    times *= 2;
  }
}

export const median = (values) => values.slice().sort((a, b) => a - b)[values.length >> 1];

export const shortest = (values) => Math.min(...values);

/**
 * The nanoseconds of each contender's call: the median of its samples, or what `pick` takes of them.
 * @param {number} [sample] Milliseconds.
 */
export function measure(contenders, rounds, { sample = SAMPLE, pick = median, now = clock } = {}) {
  const names = Object.keys(contenders);
  const times = names.map((name) => calibrate(contenders[name], sample, now));
  const samples = names.map(() => []);
  for (let round = 0; round < rounds; round++) {
    // In both directions, because a contender pays for the garbage and the full caches that the one before it leaves.
    const step = round % 2 === 0 ? 1 : names.length - 1;
    for (let turn = 0; turn < names.length; turn++) {
      const index = (turn * step + round) % names.length;
      samples[index].push((time(contenders[names[index]], times[index], now) * 1e6) / times[index]);
    }
  }
  return Object.fromEntries(names.map((name, index) => [name, pick(samples[index])]));
}
