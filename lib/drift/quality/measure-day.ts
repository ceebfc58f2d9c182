import {
  aucByDay,
  brier,
  calibrationLine,
  ece,
  type Interval,
  liftAt,
  logLoss,
  positivesOf,
  prAuc,
} from '../../learning/metrics/index.ts'
import { estimateAuc } from './estimate.ts'
import { type RiskBin, riskBins } from './risk-bins.ts'
import { type Group, groups, pickOutcomes, type ScoredOutcomes } from './scored-day.ts'

/** Where a day's scores come from: given out then, or computed later by a model that never saw the day. */
export type Series = 'live' | 'backtest'

/** How good the scores of one day were for one group of accounts. Ratios are null where the group is too small for them. */
export interface DayQuality {
  /** Snapshot day, `YYYY-MM-DD`. */
  readonly day: string
  readonly segment: string
  readonly group: Group
  readonly series: Series
  readonly modelVersion: string
  readonly rows: number
  readonly positives: number
  readonly baseRate: number | null
  /** Mean probability; beside the base rate it says whether scores are too high or too low on the whole. */
  readonly meanScore: number | null
  readonly rocAuc: number | null
  /** 95% interval by users drawn with replacement. */
  readonly rocAucLow: number | null
  readonly rocAucHigh: number | null
  readonly prAuc: number | null
  readonly logLoss: number | null
  readonly brier: number | null
  readonly ece: number | null
  readonly calibrationSlope: number | null
  readonly calibrationIntercept: number | null
  readonly liftAt10: number | null
  /** ROC-AUC that the probabilities promise, without labels; see `estimateAuc`. */
  readonly estimatedAuc: number | null
  /** Rows by falling risk, for calibration plots and lift charts; days can be added up. */
  readonly bins: readonly RiskBin[]
}

/** With fewer rows of either label a day's ratios are noise, not quality. */
export const leastOfEachLabel = 10

const seed = 1
/** Of the interval of one day's AUC, one of many: its ends need not be known to the third digit. */
const replicates = 60

/** What the measures are of. */
export interface MeasuredAs {
  readonly segment: string
  readonly series: Series
  readonly modelVersion: string
}

/** Measures each group of one day. All rows must be of that day. */
export function measureDay(rows: ScoredOutcomes, day: string, as: MeasuredAs): DayQuality[] {
  return groups.map((group) => measureGroup(pickOutcomes(rows, { day, group }), day, group, as))
}

function measureGroup(rows: ScoredOutcomes, day: string, group: Group, as: MeasuredAs): DayQuality {
  const { labels, margins, probabilities } = rows
  const count = labels.length
  const positives = positivesOf(labels)
  const ranked = isMeasurable(labels)
  const auc: Interval | undefined = ranked ? aucByDay({ ...rows, scores: margins }, { seed, replicates }) : undefined
  const line = ranked ? calibrationLine(labels, probabilities) : undefined
  return {
    day,
    ...as,
    group,
    rows: count,
    positives,
    baseRate: count > 0 ? positives / count : null,
    meanScore: count > 0 ? probabilities.reduce((sum, p) => sum + p, 0) / count : null,
    rocAuc: auc?.value ?? null,
    rocAucLow: auc?.low ?? null,
    rocAucHigh: auc?.high ?? null,
    prAuc: ranked ? prAuc(labels, margins) : null,
    logLoss: count > 0 ? logLoss(labels, probabilities) : null,
    brier: count > 0 ? brier(labels, probabilities) : null,
    ece: count > 0 ? ece(labels, probabilities) : null,
    calibrationSlope: line && Number.isFinite(line.slope) ? line.slope : null,
    calibrationIntercept: line?.intercept ?? null,
    liftAt10: ranked ? liftAt(labels, margins, 0.1) : null,
    estimatedAuc: ranked ? estimateAuc(probabilities) : null,
    bins: riskBins(labels, probabilities, margins),
  }
}

/** Whether there are enough rows of either label for measures of ranking. */
export function isMeasurable(labels: ArrayLike<number>): boolean {
  const positives = positivesOf(labels)
  return positives >= leastOfEachLabel && labels.length - positives >= leastOfEachLabel
}
