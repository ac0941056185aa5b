// Checks the bookshop's design by brute force, without cutset: every single fault in every mode, every pair in the
// fast modes, samples of the rest. Whatever breaks an outcome must contain one of the planted sets of expected.json,
// and each planted set must break what it says.
//
//   node selftest.js [--quick] [--fixed] [--seconds N] [--seed N] [--copies N]
//
// Exit code 0: as designed; 1: not.
'use strict';

const { System } = require('./selftest/system');

const SLOW_MODES = ['timeout', 'delay(350ms)', 'delay(1550ms)'];
const FAST_MODES = ['error(500)', 'error(503)', 'refuse', 'error_after(503)'];
const ALL_MODES = [...FAST_MODES, ...SLOW_MODES];

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}
const quick = process.argv.includes('--quick');
const fixed = process.argv.includes('--fixed');
const seconds = option('seconds', quick ? 60 : 600);
const copies = option('copies', 2);
let seed = option('seed', 1);
const planted = require(fixed ? './fixed/expected.json' : './expected.json').findings;

/** A small generator (mulberry32), so that a sample can be drawn again. */
function random(below) {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
}

function shuffled(list) {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

const keyOf = (faults) => [...faults].map(([id, mode]) => `${mode} on ${id}`).sort().join(' + ') || 'no fault';
const isEntry = (id) => !id.includes(' > ');
const fits = (expected, mode) => expected === mode || (expected === 'delay' && mode.startsWith('delay('));
const contains = (faults, bug) =>
  bug.faults.every(({ event, modes }) => faults.has(event) && modes.some((mode) => fits(mode, faults.get(event))));

const problems = [];
const done = new Map(); // key -> result
const counts = { held: 0, accepted: 0, violated: 0 };

function problem(faults, result, text) {
  problems.push(`${text}\n  ${keyOf(faults)}\n  ${JSON.stringify(result.found)}`);
}

function check(faults, result) {
  counts[result.verdict]++;
  if (result.unmarked > 0) problem(faults, result, `${result.unmarked} calls lost their tracestate`);
  if (result.verdict === 'violated' && !planted.some((bug) => contains(result.fired, bug))) {
    problem(faults, result, `violated without a planted set: ${result.broken.join(', ')}`);
  }
  for (const bug of planted) {
    const exactly = contains(result.fired, bug) && result.fired.size === bug.faults.length;
    if (exactly && !(result.verdict === 'violated' && result.broken.includes(bug.outcome))) {
      problem(faults, result, `bug ${bug.bug} does not show`);
    }
  }
}

/** Runs all sets that were not run yet, several systems at a time, until `deadline`; returns how many were run. */
async function runAll(systems, sets, deadline) {
  const queue = [];
  for (const faults of sets) {
    const key = keyOf(faults);
    if (!done.has(key)) {
      done.set(key, null);
      queue.push([key, faults]);
    }
  }
  let next = 0;
  const worker = async (system) => {
    while (next < queue.length && Date.now() < deadline) {
      const [key, faults] = queue[next++];
      const result = await system.run(faults);
      done.set(key, { faults, ...result });
      check(faults, result);
    }
  };
  await Promise.all(systems.map(worker));
  for (const [key] of queue.slice(next)) done.delete(key);
  return next;
}

/** Every set of `size` faults that adds one call, in one of `modes`, to a set that was run and did not break. */
function* extensions(size, modes) {
  for (const result of [...done.values()]) {
    if (!result || result.fired.size !== size - 1 || result.verdict === 'violated') continue;
    if (![...result.fired.values()].every((mode) => modes.includes(mode))) continue;
    for (const id of result.calls) {
      if (isEntry(id) || result.fired.has(id)) continue;
      for (const mode of modes) yield new Map([...result.fired, [id, mode]]);
    }
  }
}

/** Each planted set in all combinations of its modes, up to `limit` of them. */
function plantedSets(limit) {
  const sets = [];
  for (const bug of planted) {
    let product = [new Map()];
    for (const { event, modes } of bug.faults) {
      const concrete = ALL_MODES.filter((mode) => modes.some((expected) => fits(expected, mode)));
      product = product.flatMap((set) => concrete.map((mode) => new Map([...set, [event, mode]])));
    }
    sets.push(...shuffled(product).slice(0, limit));
  }
  return sets;
}

async function faultFree(systems) {
  const runs = [];
  for (const system of systems) for (let i = 0; i < 3; i++) runs.push(await system.run(new Map()));
  // The two calls that catalog makes at once may arrive in either order.
  const shapes = new Set(runs.map((run) => [...run.calls].sort().join('\n') + JSON.stringify(run.found)));
  for (const run of runs) {
    if (run.verdict !== 'held') problem(new Map(), run, `does not hold without faults: ${run.broken.join(', ')}`);
  }
  if (shapes.size !== 1) problem(new Map(), runs[0], 'fault-free runs differ');
  done.set(keyOf(new Map()), { faults: new Map(), ...runs[0] });
  console.log(`fault-free: ${runs[0].calls.length} calls`);
}

async function main() {
  const begun = Date.now();
  const deadline = begun + seconds * 1000;
  const phase = async (name, sets, share = 1) => {
    const list = [...sets];
    const limit = Math.min(deadline, Date.now() + (deadline - Date.now()) * share);
    const ran = await runAll(systems, list, limit);
    console.log(`${name}: ${ran} run, ${list.length} proposed, ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    return ran;
  };

  const systems = Array.from({ length: copies }, () => new System());
  try {
    await Promise.all(systems.map((system) => system.start(fixed)));
    console.log(`${copies} systems ready after ${Date.now() - begun} ms`);
    await faultFree(systems);
    const singles = [...extensions(1, ALL_MODES)].length;
    const ran = await phase('singles in all modes', extensions(1, ALL_MODES));
    if (ran < singles) problems.push(`no time for all singles: ${ran} of ${singles}`);
    await phase('planted sets', plantedSets(quick ? 12 : 60));
    await phase('pairs in fast modes', shuffled(extensions(2, FAST_MODES)), 0.4);
    await phase('pairs in all modes', shuffled(extensions(2, ALL_MODES)), 0.4);
    await phase('triples in fast modes', shuffled(extensions(3, FAST_MODES)), 0.5);
    await phase('triples in all modes', shuffled(extensions(3, ALL_MODES)));
  } finally {
    for (const system of systems) system.stop();
  }

  console.log(`held ${counts.held}, accepted ${counts.accepted}, violated ${counts.violated}`);
  for (const text of problems.slice(0, 20)) console.log(`\nPROBLEM: ${text}`);
  console.log(problems.length ? `\n${problems.length} problems` : 'as designed');
  process.exitCode = problems.length ? 1 : 0;
}

main();
