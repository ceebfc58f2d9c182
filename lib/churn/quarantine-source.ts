import type { RowMapping } from '../sources/landing/index.ts'

/** A source whose refused rows can be looked at: its mapping, and the keys of its two tables. */
export interface QuarantinedSource {
  readonly mapping: RowMapping
  readonly rows: string
  readonly quarantine: string
}

/** Bounds of days, both included; open where absent. */
export interface DayBounds {
  readonly from: string | undefined
  readonly to: string | undefined
}

/** Name of the view on a table's current schema, which is what people read. */
export function viewOf(key: string): string {
  return key.replaceAll('/', '__')
}

/** Condition on `day`. The bounds are dates that were checked. */
export function within({ from, to }: DayBounds): string {
  return [...(from ? [`day >= '${from}'`] : []), ...(to ? [`day <= '${to}'`] : []), '1'].join(' AND ')
}
