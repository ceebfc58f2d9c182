import { aucByDay, type Interval } from '../../learning/metrics/index.ts'
import { type DayQuality, isMeasurable } from './measure-day.ts'
import { type Group, groups, pickOutcomes, type ScoredOutcomes } from './scored-day.ts'

/** The figure that a segment's quality is judged by: the mean of the ROC-AUC of each day. */
export interface Headline {
  readonly group: Group
  readonly rows: number
  readonly positives: number
  /** Null while no day holds enough rows of either label. */
  readonly rocAuc: Pick<Interval, 'value' | 'low' | 'high'> | null
}

/** Headlines of rows at hand: days with few positives are taken together, users drawn as wholes. */
export function headlinesOfRows(rows: ScoredOutcomes): Headline[] {
  return groups.map((group) => {
    const chosen = pickOutcomes(rows, { group })
    const { labels, margins } = chosen
    const auc = isMeasurable(labels) ? aucByDay({ ...chosen, scores: margins }, { seed: 1 }) : undefined
    return {
      group,
      rows: labels.length,
      positives: labels.reduce((sum, label) => sum + label, 0),
      rocAuc: auc ? { value: auc.value, low: auc.low, high: auc.high } : null,
    }
  })
}

/**
 * Headlines of days that were measured one by one. The same accounts come again from day to day, so the days' errors do
 * not average out: the interval is as wide as the days' are on average, which is the most it can be.
 */
export function headlinesOfDays(days: readonly DayQuality[]): Headline[] {
  return groups.map((group) => {
    const own = days.filter((day) => day.group === group)
    const ranked = own.filter((day) => day.rocAuc !== null)
    const mean = (of: (day: DayQuality) => number): number =>
      ranked.reduce((sum, day) => sum + of(day), 0) / ranked.length
    return {
      group,
      rows: own.reduce((sum, day) => sum + day.rows, 0),
      positives: own.reduce((sum, day) => sum + day.positives, 0),
      rocAuc:
        ranked.length === 0
          ? null
          : { value: mean((d) => d.rocAuc!), low: mean((d) => d.rocAucLow!), high: mean((d) => d.rocAucHigh!) },
    }
  })
}
