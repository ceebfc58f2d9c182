import fc from 'fast-check'
import { expect, test } from 'vitest'
import { play } from './support/play.ts'
import { stepsArbitrary, worldArbitrary } from './support/scenarios.ts'
import type { Tally } from './support/tally.ts'

/** More of them, and others, find more: OTTOK_MODEL_RUNS, OTTOK_MODEL_SEED. */
const RUNS = Number(process.env.OTTOK_MODEL_RUNS ?? 250)
const SEED = Number(process.env.OTTOK_MODEL_SEED ?? 1)

test('the planner agrees with a plain model of every version of every partition', () => {
  const tally: Tally = { seen: new Map() }
  fc.assert(
    fc.property(worldArbitrary, stepsArbitrary, (world, steps) => play(world, steps, tally)),
    { numRuns: RUNS, seed: SEED },
  )
  // It was about something: every cause, plan part and kind of run came up.
  const kinds = ['missing', 'unfinished', 'failed', 'code', 'partitions', 'deps', 'data', 'restated']
  const requests = ['all request', 'latest request', 'keys request', 'range request', 'sets request']
  const runs = ['run that made something', 'run with failures', 'restate run', 'step of several']
  for (const kind of [...kinds, ...requests, ...runs, 'possible', 'blocked'])
    expect(tally.seen.get(kind) ?? 0, kind).toBeGreaterThan(0)
  expect(tally.seen.get('compared')).toBeGreaterThan(10 * RUNS)
  console.info(`compared ${tally.seen.get('compared')} states: ${JSON.stringify(Object.fromEntries(tally.seen))}`)
})
