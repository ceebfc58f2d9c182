/** What faults of the players make of their messages before they reach the archive. */
import type { PlayerEventRow } from './shapes.ts'
import type { Fault } from './turns.ts'
import type { PlayerMessage } from './viewing.ts'

export interface PlayerFaults {
  /** Is the message of `day` never sent? */
  loses(message: PlayerMessage, day: number): boolean
  /** The row as it is sent. */
  sent(row: PlayerEventRow, day: number): PlayerEventRow
}

/** `days`: of the world, the burn-in included. */
export function playerFaults(faults: readonly Fault[], days: number): PlayerFaults {
  const bugs = faults.filter((fault) => fault.kind === 'tracking_bug')
  const units = faults.filter((fault) => fault.kind === 'milliseconds')
  return {
    loses: ({ platform }, day) => bugs.some((bug) => bug.platform === platform && days - day <= bug.lastDays),
    sent: (row, day) =>
      units.some(({ lastDays }) => days - day <= lastDays) ? { ...row, watched_s: row.watched_s * 1000 } : row,
  }
}
