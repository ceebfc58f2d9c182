import { expect } from 'vitest'
import { runStatuses } from './facts.ts'
import type { FaultHome, ProcessOptions } from './home.ts'
import type { KillAt, RevertCase } from './kill-cases.ts'
import { described, materializeCleanly, type Undisturbed } from './undisturbed.ts'
import { DAY_5, DAY_6 } from './world.ts'

/**
 * Kills a run of code A in an empty environment, and runs again; then changes to code B, kills the run that replaces what A
 * made, goes back to code A and runs. After each, everything is as undisturbed runs leave it.
 */
export async function killAndRevert(world: FaultHome, points: RevertCase, undisturbed: Undisturbed): Promise<void> {
  const { making, replacing } = points
  const environment = environmentOf(making)
  const day5 = { environment, now: DAY_5 }
  const day6 = { environment, now: DAY_6 }

  await world.setCode('A')
  await materializeAndDie(world, { ...day5, killAt: making })
  expect(await materializeCleanly(world, day5)).toEqual(undisturbed.a5)

  await world.setCode('B')
  await materializeAndDie(world, { ...day6, killAt: replacing })
  await world.setCode('A')
  expect(await materializeCleanly(world, day6)).toEqual(undisturbed.a6)

  // A run killed at its very end has done everything, and says so.
  const interrupted = [making, replacing].filter((killAt) => killAt !== 'run-finished').map(() => 'interrupted')
  const statuses = await world.session(day6, runStatuses)
  expect(statuses.filter((status) => status !== 'succeeded')).toEqual(interrupted)
  expect(await world.outbox(environment)).toEqual(['2026-03-04', '2026-03-05'])
}

/** Changes the code of a made environment, kills the run that replaces everything, and runs again. */
export async function killAndGoOn(world: FaultHome, killAt: KillAt, undisturbed: Undisturbed): Promise<void> {
  const at = { environment: `${environmentOf(killAt)}_on`, now: DAY_6 }
  await world.setCode('A')
  await materializeCleanly(world, { ...at, now: DAY_5 })
  await world.setCode('B')
  await materializeAndDie(world, { ...at, killAt })
  expect(await materializeCleanly(world, at)).toEqual(undisturbed.b6)
}

function environmentOf(killAt: KillAt): string {
  return `at_${killAt.replaceAll(/[^a-z0-9]/g, '_')}`
}

export async function materializeAndDie(world: FaultHome, at: ProcessOptions & { killAt: KillAt }): Promise<void> {
  const ran = await world.start(['materialize'], at).ended
  expect(ran.signal, described(ran)).toBe('SIGKILL')
}
