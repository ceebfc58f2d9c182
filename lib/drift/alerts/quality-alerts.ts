import type { DayQuality } from '../quality/index.ts'
import { type Alert, FIRING_DAYS, percent, RULE_DAYS } from './alert.ts'

/** The lower end of the 95% interval of ROC-AUC that a model needs. */
const LEAST_AUC = 0.7
/** Standard errors, and share of the base rate, that a mean score may be off. */
const MOST_ERRORS = 3
const MOST_OFF = 0.1
/** Calibration error beyond twice that of the backtest, and beyond this, is no matter of chance. */
const LEAST_ECE = 0.02
/** The estimate may lie this far below the backtest's even where its days hardly differ from each other. */
const LEAST_DROP = 0.02
/** With fewer days the scatter of the backtest's estimates is not known. */
const LEAST_DAYS = 5

/** What is known of the quality of a segment's scores. */
export interface SegmentQuality {
  readonly segment: string
  /** Group `all`, in the order of days; the newest matured days. */
  readonly live: readonly DayQuality[]
  /** Group `all`, in the order of days. */
  readonly backtest: readonly DayQuality[]
  /** ROC-AUC that today's probabilities promise. */
  readonly estimatedAuc: number | null
}

/** Alerts of quality: realised where outcomes are known, and estimated for today. */
export function qualityAlerts(quality: SegmentQuality): Alert[] {
  return [...gateAlerts(quality), ...calibrationAlerts(quality), ...estimateAlerts(quality)]
}

function gateAlerts({ segment, live, backtest }: SegmentQuality): Alert[] {
  const judged = live.some(({ rocAuc }) => rocAuc !== null) ? live : backtest
  const days = judged.filter(({ rocAuc }) => rocAuc !== null).slice(-RULE_DAYS)
  const failing = days.filter(({ rocAucLow }) => rocAucLow! < LEAST_AUC)
  const worst = failing.at(-1)
  if (!worst || failing.length < FIRING_DAYS) return []
  const of = judged === live ? 'scores given out' : 'the backtest'
  // A value below the limit is a fault; one above it with a wide interval only wants more accounts or days.
  const isSure = failing.some(({ rocAuc }) => rocAuc! < LEAST_AUC)
  return [
    {
      severity: isSure ? 'act' : 'watch',
      kind: 'quality',
      segment,
      name: 'roc_auc',
      value: worst.rocAucLow!,
      limit: LEAST_AUC,
      text: `${segment}: leavers ${isSure ? 'are' : 'may'} not ${isSure ? '' : 'be '}told from stayers well enough: ROC-AUC of ${of} on ${worst.day} is ${worst.rocAuc!.toFixed(3)}, and ${worst.rocAucLow!.toFixed(3)} at its lowest; at least ${LEAST_AUC} is wanted.`,
    },
  ]
}

function calibrationAlerts({ segment, live, backtest }: SegmentQuality): Alert[] {
  const recent = live.slice(-RULE_DAYS)
  const off = recent.filter(isOff)
  const last = off.at(-1)
  const alerts: Alert[] = []
  if (last && off.length >= FIRING_DAYS) {
    const much = last.meanScore! > last.baseRate! ? 'too high' : 'too low'
    alerts.push({
      severity: 'act',
      kind: 'calibration',
      segment,
      name: 'mean_score',
      value: last.meanScore!,
      limit: last.baseRate!,
      text: `${segment}: scores of ${last.day} were ${much}: ${percent(last.meanScore!, 1)} on average, and ${percent(last.baseRate!, 1)} left.`,
    })
  }
  const known = backtest.filter(({ ece }) => ece !== null)
  const limit = Math.max(LEAST_ECE, (2 * known.reduce((sum, { ece }) => sum + ece!, 0)) / Math.max(1, known.length))
  const high = recent.filter(({ ece }) => ece !== null && ece > limit)
  const worst = high.at(-1)
  if (worst && high.length >= FIRING_DAYS && known.length > 0) {
    alerts.push({
      severity: 'watch',
      kind: 'calibration',
      segment,
      name: 'ece',
      value: worst.ece!,
      limit,
      text: `${segment}: probabilities of ${worst.day} were off by ${percent(worst.ece!, 1)} on average (limit ${percent(limit, 1)}).`,
    })
  }
  return alerts
}

function isOff({ rows, baseRate, meanScore }: DayQuality): boolean {
  if (baseRate === null || meanScore === null) return false
  const error = Math.sqrt((baseRate * (1 - baseRate)) / rows)
  const gap = Math.abs(meanScore - baseRate)
  return gap > MOST_ERRORS * error && gap > MOST_OFF * baseRate
}

function estimateAlerts({ segment, backtest, estimatedAuc }: SegmentQuality): Alert[] {
  const reference = backtest.flatMap((day) => (day.estimatedAuc === null ? [] : [day.estimatedAuc]))
  if (estimatedAuc === null || reference.length < LEAST_DAYS) return []
  const mean = reference.reduce((sum, auc) => sum + auc, 0) / reference.length
  const variance = reference.reduce((sum, auc) => sum + (auc - mean) ** 2, 0) / (reference.length - 1)
  const limit = mean - Math.max(LEAST_DROP, 3 * Math.sqrt(variance))
  if (estimatedAuc >= limit) return []
  return [
    {
      severity: 'watch',
      kind: 'estimate',
      segment,
      name: 'estimated_auc',
      value: estimatedAuc,
      limit,
      text: `${segment}: accounts are harder to tell apart than in the backtest: today's scores promise a ROC-AUC of ${estimatedAuc.toFixed(3)}, expected ${mean.toFixed(3)} (limit ${limit.toFixed(3)}).`,
    },
  ]
}
