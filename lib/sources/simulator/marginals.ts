/** Target and reached of every shape that a world must have, for people to read and for a test to hold. */
import type { Measures } from './measures.ts'
import type { RealCurves } from './real-marginals.ts'
import { average, deviation, kolmogorovDistance, quantile } from './viewing-measures.ts'

export interface Marginal {
  readonly name: string
  /** Measured on KKBox (SIMULATOR.md) or set there for the noise ceiling; of a distance, the largest that is allowed. */
  readonly target: number
  readonly reached: number
  /** How far from the target is near enough; null = told, not held: `note` says why. */
  readonly tolerance: number | null
  readonly note: string
}

/** Is it near enough? Told ones always are. */
export function isReached({ target, reached, tolerance }: Marginal): boolean {
  return tolerance === null || Math.abs(reached - target) <= tolerance
}

const PLANS: Readonly<Record<number, number>> = { 30: 0.847, 410: 0.059, 195: 0.019, 180: 0.016, 90: 0.013, 7: 0.009 }
const ACTIVE_SHARES: readonly (readonly [q: number, share: number])[] = [
  [0.05, 0.15],
  [0.25, 0.35],
  [0.5, 0.56],
  [0.75, 0.75],
  [0.95, 0.95],
]
const CEILING =
  'held by the noise ceiling: with 2.8 / 8.8 / 32.8% the habit alone has an AUC of 0.79 among due accounts'

/** `real`: the curves of the real sample; without them only the figures of SIMULATOR.md are compared. */
export function marginals(measured: Measures, real: RealCurves | null): Marginal[] {
  const { churnByHabit: habit, churnByTenure: tenure, viewing, groups } = measured
  const { curves, weekly, logSeconds } = viewing
  const held = (name: string, target: number, reached: number, tolerance: number): Marginal => ({
    name,
    target,
    reached,
    tolerance,
    note: '',
  })
  const told = (name: string, target: number, reached: number, note: string): Marginal => ({
    name,
    target,
    reached,
    tolerance: null,
    note,
  })
  const share = (matches: (gap: number) => boolean): number => curves.gaps.filter(matches).length / curves.gaps.length
  const auc = (group: string): number => groups[group]?.auc ?? Number.NaN
  const distance = (name: string, reached: number): Marginal => held(`distance of ${name}`, 0, reached, 0.05)
  return [
    ...Object.entries(PLANS).map(([days, target]) =>
      held(
        `plan of ${days} days, latest transaction`,
        target,
        measured.planDays[Number(days)] ?? 0,
        Number(days) === 30 ? 0.02 : 0.008,
      ),
    ),
    held('automatic renewal', 0.78, measured.autoRenew, 0.03),
    held('automatic renewal, 30 days', 0.92, measured.autoRenewMonthly, 0.02),
    held('cancel rows', 0.025, measured.cancelRows, 0.0075),
    held('churn of due accounts', 0.088, habit.all, 0.012),
    told('churn, always automatic', 0.028, habit.always_auto, CEILING),
    held('churn, mixed', 0.088, habit.mixed, 0.025),
    told('churn, by hand', 0.328, habit.by_hand, CEILING),
    held('churn under 90 days', 0.13, tenure.under_90_days, 0.035),
    held('churn to 4 years', 0.115, tenure.to_4_years, 0.04),
    held('churn beyond 4 years', 0.07, tenure.beyond, 0.015),
    held(
      'gap of 1 day',
      0.76,
      share((gap) => gap === 1),
      0.05,
    ),
    held(
      'gap of 14 days or more',
      0.0075,
      share((gap) => gap >= 14),
      0.005,
    ),
    ...ACTIVE_SHARES.map(([q, target]) =>
      held(`active-day share, quantile ${q}`, target, quantile(curves.activeShare, q), 0.03),
    ),
    distance(
      'the active-day share at those quantiles',
      Math.max(
        ...ACTIVE_SHARES.map(([q, at]) => Math.abs(q - average(curves.activeShare.map((x) => Number(x <= at))))),
      ),
    ),
    held('weekly active days, mean', 3.7, weekly.mean, 0.2),
    held('weekly active days, between accounts', 1.7, weekly.between, 0.15),
    held('weekly active days, within', 1.65, weekly.within, 0.15),
    held('weekly active days, lag-1 correlation', 0.36, weekly.lag, 0.06),
    held('log seconds of an active day, deviation', 1.31, deviation(logSeconds), 0.08),
    ...(real === null
      ? []
      : [
          distance('gaps', kolmogorovDistance(curves.gaps, real.gaps)),
          distance('weekly active days', kolmogorovDistance(curves.weekly, real.weekly)),
          // Music is not film: the shapes are compared, each around its own median.
          distance('log seconds', kolmogorovDistance(centred(logSeconds), centred(real.logSeconds))),
        ]),
    held('expiry before transaction', 0.0033, measured.endBeforeStart, 0.0015),
    held('plan days 0', 0.0017, measured.noPlanDays, 0.001),
    held('attainable AUC, paid', 0.8, auc('paid'), 0.02),
    held('attainable AUC, paid and undecided', 0.72, auc('paid/undecided'), 0.02),
    held('attainable AUC, trial', 0.77, auc('trial'), 0.02),
    held('AUC of behaviour alone, paid', 0.66, groups.paid?.behaviour ?? Number.NaN, 0.04),
    held('contacted in 30 days', 0.1, measured.contactedPerMonth, 0.03),
  ]
}

function centred(values: readonly number[]): number[] {
  const median = quantile(values, 0.5)
  return values.map((value) => value - median)
}

/** The table as text: one line each, with what was not reached marked. */
export function marginalsText(rows: readonly Marginal[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const figure = (value: number): string => value.toFixed(4).padStart(8)
  const lines = rows.map((row) => {
    const verdict =
      row.tolerance === null
        ? `told: ${row.note}`
        : isReached(row)
          ? `within ${row.tolerance}`
          : `MISSED by more than ${row.tolerance}`
    return `${row.name.padEnd(width)} ${figure(row.target)} ${figure(row.reached)}  ${verdict}`
  })
  return [`${'marginal'.padEnd(width)} ${'target'.padStart(8)} ${'reached'.padStart(8)}`, ...lines].join('\n')
}
