import { type Alert, percent } from './alert.ts'

/** Accounts of a day by score status. */
export interface CoverageDay {
  readonly day: string
  readonly accounts: Readonly<Record<string, number>>
}

/** Loss of scored share, against the middle of the days before, that is looked at, and that is acted on. */
const WATCHED_LOSS = 0.02
const ACTED_LOSS = 0.05

/** Share of a day's accounts that have a score; 0 without accounts. */
export function scoredShare({ accounts }: CoverageDay): number {
  const all = Object.values(accounts).reduce((sum, count) => sum + count, 0)
  return all === 0 ? 0 : (accounts.scored ?? 0) / all
}

/** Alert when fewer accounts have a score than on the days before. `days` in their order, the judged one last. */
export function coverageAlerts(days: readonly CoverageDay[]): Alert[] {
  const today = days.at(-1)
  const before = days
    .slice(0, -1)
    .map(scoredShare)
    .sort((a, b) => a - b)
  if (!today || before.length === 0) return []
  const usual = before[Math.floor(before.length / 2)]!
  const share = scoredShare(today)
  const loss = usual - share
  if (loss <= WATCHED_LOSS) return []
  return [
    {
      severity: loss > ACTED_LOSS ? 'act' : 'watch',
      kind: 'coverage',
      segment: '',
      name: 'scored',
      value: share,
      limit: usual - WATCHED_LOSS,
      text: `${percent(share, 1)} of accounts have a score; on the days before it was ${percent(usual, 1)}.`,
    },
  ]
}

/** What a comparison of served features with what training reads found of one feature. */
export interface ParityRow {
  readonly feature: string
  readonly compared: number
  readonly differing: number
}

/** Alert for each feature that scoring read otherwise than training does. */
export function parityAlerts(rows: readonly ParityRow[], titleOf: (feature: string) => string): Alert[] {
  return rows
    .filter(({ differing }) => differing > 0)
    .map(({ feature, compared, differing }) => ({
      severity: 'act' as const,
      kind: 'parity' as const,
      segment: '',
      name: feature,
      value: differing,
      limit: 0,
      text: `"${titleOf(feature)}" differs between scoring and training for ${differing} of ${compared} accounts.`,
    }))
}
