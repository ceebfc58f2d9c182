/** Shapes of when and how long accounts watch, from nothing but their active days. */

/** One number for each gap, account, week and active day. */
export interface ViewingCurves {
  /** Days from one active day to the next, cut at 20. */
  readonly gaps: readonly number[]
  /** Share of active days between an account's first and last one. */
  readonly activeShare: readonly number[]
  /** Active days in each whole week of accounts that are seen for eight weeks or more, account by account. */
  readonly weeks: readonly (readonly number[])[]
  readonly weekly: readonly number[]
}

/** `accounts`: the active days of each, in any order; those with fewer than two are left out. */
export function viewingCurves(accounts: readonly (readonly number[])[]): ViewingCurves {
  const gaps: number[] = []
  const activeShare: number[] = []
  const weeks: number[][] = []
  for (const unordered of accounts) {
    const days = [...new Set(unordered)].sort((a, b) => a - b)
    if (days.length < 2) continue
    const first = days[0] as number
    const span = (days[days.length - 1] as number) - first + 1
    activeShare.push(days.length / span)
    for (let i = 1; i < days.length; i += 1) gaps.push(Math.min(20, (days[i] as number) - (days[i - 1] as number)))
    const whole = Math.floor(span / 7)
    if (whole < 8) continue
    const counts = Array.from({ length: whole }, () => 0)
    for (const day of days) {
      const week = Math.floor((day - first) / 7)
      if (week < whole) counts[week] = (counts[week] as number) + 1
    }
    weeks.push(counts)
  }
  return { gaps, activeShare, weeks, weekly: weeks.flat() }
}

/** Active days of a week: their mean, deviation between accounts and within them, correlation of one week with the next. */
export interface Weekly {
  readonly mean: number
  readonly between: number
  readonly within: number
  readonly lag: number
}

export function weeklyMoments({ weeks }: ViewingCurves): Weekly {
  const means = weeks.map(average)
  const around = weeks.map((counts, account) => counts.map((count) => count - (means[account] as number)))
  let [now, next, product] = [0, 0, 0]
  for (const account of around) {
    for (let week = 1; week < account.length; week += 1) {
      const [a, b] = [account[week - 1] as number, account[week] as number]
      now += a * a
      next += b * b
      product += a * b
    }
  }
  const within = Math.sqrt(average(around.flat().map((x) => x * x)))
  return { mean: average(means), between: deviation(means), within, lag: product / Math.sqrt(now * next) }
}

/** Value below which the share `q` of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.floor(q * (sorted.length - 1))] as number
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function deviation(values: readonly number[]): number {
  const mean = average(values)
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)))
}

/** Largest distance between two empirical distribution functions. */
export function kolmogorovDistance(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()]
  let [i, j, largest] = [0, 0, 0]
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i] as number, y[j] as number)
    while (i < x.length && (x[i] as number) <= at) i += 1
    while (j < y.length && (y[j] as number) <= at) j += 1
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length))
  }
  return largest
}
