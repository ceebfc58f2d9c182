/** Faults that any source may have: it stops, or all of its rows come days later. */
import { DAY } from './calendar.ts'
import type { SourceName } from './shapes.ts'
import type { Fault } from './turns.ts'

export interface SourceFaults {
  /** Does the source send nothing of this partition's day? */
  stops(source: SourceName, day: number): boolean
  /** Milliseconds by which rows that happened on `day` come later than they would. */
  delayMs(source: SourceName, day: number): number
}

/** `days`: of the world, the burn-in included. */
export function sourceFaults(faults: readonly Fault[], days: number): SourceFaults {
  const stops = faults.filter((fault) => fault.kind === 'stops')
  const delays = faults.filter((fault) => fault.kind === 'late')
  return {
    stops: (source, day) => stops.some((fault) => fault.source === source && days - day <= fault.lastDays),
    delayMs: (source, day) => {
      const delay = delays.find((fault) => fault.source === source && days - day <= fault.lastDays)
      return (delay?.days ?? 0) * DAY * 1000
    },
  }
}
