import { expect } from 'vitest'
import { type Facts, factsOf, leftoversOf, NOTHING_LEFT } from './facts.ts'
import type { FaultHome, Ran, RunOptions } from './home.ts'
import { DAY_5, DAY_6 } from './world.ts'

/** What undisturbed runs end in, by code and day. */
export interface Undisturbed {
  readonly a5: Facts
  readonly a6: Facts
  readonly b6: Facts
}

export async function undisturbedRuns(world: FaultHome): Promise<Undisturbed> {
  const environment = 'undisturbed'
  const a5 = await undisturbedRun(world)
  const a6 = await materializeCleanly(world, { environment, now: DAY_6 })
  await world.setCode('B')
  const b6 = await materializeCleanly(world, { environment, now: DAY_6 })
  return { a5, a6, b6 }
}

/** What an undisturbed run of code A ends in on the fifth day. */
export async function undisturbedRun(world: FaultHome): Promise<Facts> {
  await world.setCode('A')
  return materializeCleanly(world, { environment: 'undisturbed', now: DAY_5 })
}

/** Runs to the end, and requires that nothing is left of what was before. */
export async function materializeCleanly(world: FaultHome, at: RunOptions): Promise<Facts> {
  const ran = await world.run(['materialize'], at)
  expect(ran, described(ran)).toMatchObject({ code: 0, signal: null })
  return cleanFacts(world, at)
}

/** What the home holds, having required that nothing is left over, stale or damaged. */
export function cleanFacts(world: FaultHome, at: RunOptions): Promise<Facts> {
  return world.session(at, async (session) => {
    expect(await leftoversOf(session)).toEqual(NOTHING_LEFT)
    return factsOf(session)
  })
}

export function described({ code, signal, out, err }: Ran): string {
  return `the command ended with ${signal ?? code}\n${out}${err}`
}
