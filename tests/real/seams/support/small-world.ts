/** A small simulated service for the real graph, and what its clock says. */
import { join } from 'node:path'
import { EVENTS_START, HISTORY_START, rule } from '../../../../assets/service.ts'
import { defaultParameters, simulate } from '../../../../lib/sources/simulator/index.ts'
import { loadDefinitions } from '../../../../materializations/definitions/index.ts'
import type { SessionDefinitions } from '../../../../materializations/session.ts'

export interface WorldSize {
  readonly users: number
  readonly days: number
  /** Share of rows that come twice. */
  readonly duplicateShare?: number
}

/** Simulates into the folder where the real graph looks for its sources. No cut-off of truth: nobody is judged here. */
export async function simulateInto(
  home: string,
  { duplicateShare = defaultParameters.dirt.duplicateShare, ...size }: WorldSize,
): Promise<string> {
  const out = join(home, 'world')
  const burnInDays = (Date.parse(EVENTS_START) - Date.parse(HISTORY_START)) / 86_400_000
  const parameters = {
    ...defaultParameters,
    burnInDays,
    dirt: { ...defaultParameters.dirt, duplicateShare },
    truth: { ...defaultParameters.truth, cutoffsBeforeEnd: [], futures: 2 },
  }
  await simulate({ ...size, seed: 7, start: EVENTS_START, timezone: rule.zone, out, parameters })
  return out
}

/** The product's own definitions. */
export function realDefinitions(): Promise<SessionDefinitions> {
  return loadDefinitions(join(import.meta.dirname, '../../../../definitions.ts'))
}

/** c(D) of a day in ms. The zone of the service is three hours ahead of UTC all year. */
export function servingCutoff(day: string): number {
  return Date.parse(`${day}T00:00:00+03:00`) + (24 + rule.publishLagHours) * 3_600_000
}

/** c(D) + 1 h: when a day is made. */
export function servingTime(day: string): string {
  return new Date(servingCutoff(day) + 3_600_000).toISOString()
}

/** The first day D with c(D) at or after a moment. */
export function servingDay(ms: number): string {
  const hours = 3 - 24 - rule.publishLagHours
  const day = new Date(ms + hours * 3_600_000 - 1).toISOString().slice(0, 10)
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
}
