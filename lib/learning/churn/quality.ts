import {
  aucByDay,
  brier,
  calibrationLine,
  ece,
  hasBothClasses,
  type Interval,
  ksDistance,
  liftAt,
  logLoss,
  pooledAuc,
  positivesOf,
  prAuc,
} from '../metrics/index.ts'
import type { ChurnRows } from './rows.ts'

/** How well a group of rows is ranked; `rocAuc` is null where the group holds one label only. */
export interface GroupQuality {
  readonly rows: number
  readonly positives: number
  /** Mean of the ROC-AUC of each day, with its 95% interval. */
  readonly rocAuc: Interval | null
}

/** Quality on the test slice, which nothing was fitted on. */
export interface ChurnQuality {
  readonly rows: number
  readonly positives: number
  readonly baseRate: number
  /** The headline: mean of the ROC-AUC of each day, ranked by margin, with its 95% interval by users. */
  readonly rocAuc: Interval
  /** ROC-AUC of all days together. */
  readonly rocAucPooled: Interval
  readonly due: GroupQuality
  readonly undecided: GroupQuality
  readonly prAuc: number
  readonly liftAt10: number
  readonly ks: number
  readonly brier: number
  readonly logLoss: number
  readonly ece: number
  readonly calibrationSlope: number
  readonly calibrationIntercept: number
}

/**
 * Measures scores against labels.
 *
 * @param margins what the rows are ranked by
 * @param probabilities calibrated, for Brier, log loss, ECE and the calibration line
 * @param seed of the bootstrap
 * @throws OttokError when the rows hold one label only
 */
export function measureQuality(
  rows: ChurnRows,
  margins: Float32Array,
  probabilities: ArrayLike<number>,
  seed: number,
): ChurnQuality {
  const { labels, userIds, days } = rows
  const positives = positivesOf(labels)
  const rocAuc = aucByDay({ labels, scores: margins, userIds, days }, { seed })
  const line = calibrationLine(labels, probabilities)
  return {
    rows: labels.length,
    positives,
    baseRate: positives / labels.length,
    rocAuc,
    rocAucPooled: pooledAuc({ labels, scores: margins, userIds, days }, { seed }),
    due: measureGroup(rows, margins, rows.due, seed),
    undecided: measureGroup(rows, margins, rows.undecided, seed),
    prAuc: prAuc(labels, margins),
    liftAt10: liftAt(labels, margins, 0.1),
    ks: ksDistance(labels, margins),
    brier: brier(labels, probabilities),
    logLoss: logLoss(labels, probabilities),
    ece: ece(labels, probabilities),
    calibrationSlope: line.slope,
    calibrationIntercept: line.intercept,
  }
}

function measureGroup(rows: ChurnRows, margins: Float32Array, member: Uint8Array, seed: number): GroupQuality {
  const chosen = [...member.keys()].filter((row) => member[row] === 1)
  const labels = Float32Array.from(chosen, (row) => rows.labels[row]!)
  const group = {
    labels,
    scores: Float32Array.from(chosen, (row) => margins[row]!),
    userIds: chosen.map((row) => rows.userIds[row]!),
    days: chosen.map((row) => rows.days[row]!),
  }
  return {
    rows: chosen.length,
    positives: positivesOf(labels),
    rocAuc: hasBothClasses(labels) ? aucByDay(group, { seed }) : null,
  }
}
