import type { Alert, CoverageDay, SourceDay } from '../alerts/index.ts'
import type { DayQuality, Headline, Series } from '../quality/index.ts'

/** All that a report shows; every figure in it comes from a stored table or value. */
export interface ReportData {
  /** Scored day, `YYYY-MM-DD`. */
  readonly day: string
  readonly segments: readonly SegmentReport[]
  /** The most urgent first. */
  readonly alerts: readonly Alert[]
  /** In the order of days, the report's own last. */
  readonly coverage: readonly CoverageDay[]
  /** Rows by source and day, in the order of days. */
  readonly sources: readonly SourceDay[]
  /** The greatest first. */
  readonly decisions: readonly DecisionCount[]
  /** Served features that were compared with what training reads. */
  readonly parity: { readonly features: number; readonly compared: number; readonly differing: number }
  /** The first scored day, and the day from which its outcomes are known. */
  readonly maturity: { readonly firstScored: string; readonly knownFrom: string }
}

/** How many accounts an action was chosen for, and on what basis. */
export interface DecisionCount {
  readonly basis: string
  readonly action: string
  readonly accounts: number
}

/** What is told of a segment. */
export interface SegmentReport {
  readonly segment: string
  readonly model: ModelFacts
  /** Which scores the headlines, calibration and lift are of. */
  readonly judgedBy: Series
  readonly headlines: readonly Headline[]
  /** All groups and series, in the order of days. */
  readonly days: readonly DayQuality[]
  /** Accounts by score, `histogram.length` bins of equal width from 0 to 1. */
  readonly histogram: readonly number[]
  readonly estimates: readonly EstimatedDay[]
  /** The strongest first. */
  readonly drift: readonly FeatureDrift[]
  readonly weightedPsi: number
  readonly scorePsi: number | null
}

export interface ModelFacts {
  readonly version: string
  /** Last day of the training slice. */
  readonly trainedUntil: string
  /** Days of the test slice. */
  readonly tested: { readonly from: string; readonly to: string }
  readonly trainingRows: number
  readonly trees: number
  readonly importance: readonly { readonly title: string; readonly share: number }[]
  readonly failedGates: readonly string[]
}

export interface EstimatedDay {
  readonly day: string
  readonly rows: number
  readonly meanScore: number | null
  readonly rocAuc: number | null
  readonly liftAt10: number | null
}

export interface FeatureDrift {
  readonly title: string
  readonly psi: number
  readonly alert: boolean
  readonly missingShare: number
  /** Share of the model's weight. */
  readonly share: number
}
