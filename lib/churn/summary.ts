import type { ChurnQuality } from '../learning/index.ts'
import type { CutoffTruth } from '../sources/simulator/index.ts'
import type { ActionCount, DeliveryCount, QualityLine } from './demo-tables.ts'

/** How good a segment's model is beside what the simulated world allows. */
export interface SegmentSummary {
  readonly segment: string
  /** Model in force, as a partition of models/churn. */
  readonly model: string
  /** Accounts of the segment at the frozen cut-off. */
  readonly users: number
  readonly testRows: number
  readonly rocAuc: number
  readonly rocAucLow: number
  readonly rocAucHigh: number
  readonly rocAucDue: number | null
  readonly rocAucUndecided: number | null
  /** What an observer of the latent state reaches. */
  readonly bayesAuc: number
  /** (AUC - 0.5) / (attainable AUC - 0.5). */
  readonly efficiency: number
  readonly prAuc: number
  readonly baseRate: number
  readonly liftAt10: number
  readonly calibrationSlope: number
  /** More than three standard errors above what is attainable: the features know the future. */
  readonly leak: boolean
}

/** What the demo found: the segments' models, the mart, and what it took. */
export interface DemoSummary {
  readonly segments: readonly SegmentSummary[]
  readonly mart: { readonly rows: number; readonly table: string; readonly statuses: Readonly<Record<string, number>> }
  readonly actions: readonly ActionCount[]
  readonly deliveries: readonly DeliveryCount[]
  readonly quality: readonly QualityLine[]
  /** Absent when the home had its world already. */
  readonly simulation?: { readonly rows: Readonly<Record<string, number>>; readonly elapsedMs: number }
  readonly runId: string | undefined
  readonly elapsedMs: number
  readonly peakMemoryBytes: number
}

export function judgeSegment(
  segment: string,
  quality: ChurnQuality,
  truth: CutoffTruth,
  model: string,
): SegmentSummary {
  const attainable = truth.groups[segment]
  if (!attainable) throw new Error(`the truth of ${truth.day} has no group ${segment}`)
  const { rocAuc } = quality
  return {
    segment,
    model,
    users: attainable.accounts,
    testRows: quality.rows,
    rocAuc: rocAuc.value,
    rocAucLow: rocAuc.low,
    rocAucHigh: rocAuc.high,
    rocAucDue: quality.due.rocAuc?.value ?? null,
    rocAucUndecided: quality.undecided.rocAuc?.value ?? null,
    bayesAuc: attainable.auc,
    efficiency: (rocAuc.value - 0.5) / (attainable.auc - 0.5),
    prAuc: quality.prAuc,
    baseRate: quality.baseRate,
    liftAt10: quality.liftAt10,
    calibrationSlope: quality.calibrationSlope,
    leak: rocAuc.value > attainable.auc + 3 * rocAuc.standardError,
  }
}
