/** What all streams have in common: where rows go, and how often one comes twice or broken. */
import type { WorldCalendar } from '../calendar.ts'
import type { DirtLedger } from '../dirt-ledger.ts'
import type { Parameters } from '../parameters.ts'

/** What a format needs of an archive writer of text. */
export interface LineWriter {
  add(day: number, line: string, arrivedMs: number): void
}

export interface StreamOptions<W> {
  readonly writer: W
  readonly calendar: WorldCalendar
  readonly parameters: Parameters
  /** Of the world. */
  readonly seed: number
  readonly dirt: DirtLedger
}
