import { type Alert, percent } from './alert.ts'

/** What became of a source's rows on one day. */
export interface SourceDay {
  readonly day: string
  readonly source: string
  /** In the typed table. */
  readonly landed: number
  readonly duplicates: number
  /** Set aside with a reason. */
  readonly quarantined: number
}

/** Below this share of the usual rows of a day, a part of the source did not arrive. */
const LEAST_OF_USUAL = 0.5
/** Sources with fewer rows a day swing by themselves. */
const LEAST_ROWS = 100
/** Share of rows that could not be used from which somebody should ask the source. */
const MOST_QUARANTINED = 0.05

/** The middle of some numbers; 0 of none. */
export function middle(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

/** Alerts for sources that fell silent, or whose rows cannot be used. `day` is judged against the days before it. */
export function sourceAlerts(days: readonly SourceDay[], day: string): Alert[] {
  return [...new Set(days.map(({ source }) => source))].sort().flatMap((source) => {
    const own = days.filter((one) => one.source === source)
    const today = own.find((one) => one.day === day)
    const usual = middle(own.filter((one) => one.day < day).map(({ landed }) => landed))
    const landed = today?.landed ?? 0
    const found: Alert[] = []
    if (usual >= LEAST_ROWS && landed < LEAST_OF_USUAL * usual) {
      found.push({
        severity: 'act',
        kind: 'source',
        segment: '',
        name: source,
        value: landed,
        limit: LEAST_OF_USUAL * usual,
        text: `${source} brought ${landed} rows; ${usual} are usual. Scores of this day know less than they should.`,
      })
    }
    const set = today?.quarantined ?? 0
    const share = set / Math.max(1, landed + set)
    if (landed + set >= LEAST_ROWS && share > MOST_QUARANTINED) {
      found.push({
        severity: 'watch',
        kind: 'source',
        segment: '',
        name: source,
        value: share,
        limit: MOST_QUARANTINED,
        text: `${percent(share, 1)} of the rows of ${source} could not be used (limit ${percent(MOST_QUARANTINED)}).`,
      })
    }
    return found
  })
}
