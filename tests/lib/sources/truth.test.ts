import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChangeRow } from '../../../lib/features/labels/change-log.ts'
import { referenceLabel, referenceState } from '../../../lib/features/labels/reference.ts'
import { defaultRule } from '../../../lib/features/labels/rule.ts'
import { openSimulatedSources } from '../../../lib/sources/index.ts'
import { readTruth } from '../../../lib/sources/simulator/index.ts'
import { quoteString, type Warehouse } from '../../../lib/warehouse/index.ts'
import { openTestWarehouse, type SmallWorld, simulateSmall } from './world.ts'

interface Account {
  readonly user_id: string
  readonly segment: 'trial' | 'paid'
  readonly due: number
  readonly undecided: number
  readonly p: number
  readonly engagement: number
  readonly activeDays: number
}

let world: SmallWorld
let warehouse: Warehouse
let accounts: Account[]
const logs = new Map<string, ChangeRow[]>()
const cutoffDay = (): string => world.truth.cutoffs[0]?.day as string

beforeAll(async () => {
  world = await simulateSmall({ users: 2500, days: 66, seed: 3 })
  warehouse = await openTestWarehouse()
  const numbers = { settings: { output_format_json_quote_64bit_integers: 0 } } as const
  const { sources } = await openSimulatedSources(world.folder)
  const days = await warehouse.rows<{ day: string }>(
    `SELECT toString(toDate('${world.world.historyStart}') + number) AS day FROM numbers(0, 1000)
     WHERE day <= '${world.world.end}'`,
  )
  const now = new Date(world.world.now)
  const changes = await sources.subscriptions.read(
    days.map(({ day }) => day),
    now,
  )
  const moments = ['start', 'end_promised', 'activated_at', 'at', 'until', 'known_at']
  const replaced = moments.map((name) => `toString(toDateTime(${name}, 'UTC')) AS ${name}`).join(', ')
  const rows = await warehouse.rows<ChangeRow>(`SELECT * REPLACE (${replaced}) FROM ${changes.table}`, numbers)
  for (const row of rows) {
    const log = logs.get(row.user_id)
    if (log === undefined) logs.set(row.user_id, [row])
    else log.push(row)
  }
  const viewed = (
    await sources.player_events.read(
      days.filter(({ day }) => day >= world.world.start).map(({ day }) => day),
      now,
    )
  ).table
  accounts = await warehouse.rows<Account>(
    `SELECT user_id, segment, due, undecided, churned / futures AS p, engagement_millis / 1000 AS engagement, activeDays
     FROM file(${quoteString(join(world.folder, 'truth', `${cutoffDay()}.parquet`))}, 'Parquet') AS truth
     LEFT JOIN (SELECT user_id, uniqExact(day) AS activeDays FROM ${viewed}
       WHERE day <= '${cutoffDay()}' AND day > toDate('${cutoffDay()}') - 14 GROUP BY user_id) AS viewed USING (user_id)`,
    numbers,
  )
})
afterAll(() => warehouse.close())

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function auc(scored: readonly { score: number; y: number }[]): number {
  let above = 0
  let pairs = 0
  for (const { score: a } of scored.filter(({ y }) => y === 1)) {
    for (const { score: b } of scored.filter(({ y }) => y === 0)) {
      above += a > b ? 1 : a === b ? 0.5 : 0
      pairs += 1
    }
  }
  return above / pairs
}

describe('the frozen truth', () => {
  it('has everyone whom the label rule calls eligible, in the same segment', () => {
    const truth = new Map(accounts.map((account) => [account.user_id, account]))
    let agreed = 0
    let differed = 0
    for (const [user, log] of logs) {
      const state = referenceState(log, cutoffDay(), defaultRule)
      const account = truth.get(user)
      if (!state.eligible && account === undefined) continue
      const same =
        state.eligible &&
        account?.segment === state.segment &&
        Boolean(account?.due) === state.due &&
        Boolean(account?.undecided) === state.undecided
      if (same) agreed += 1
      else differed += 1
    }
    // Those differ whose facts had taken place by t(D) and reached the log only after c(D).
    expect(agreed).toBeGreaterThan(2000)
    expect(differed / agreed).toBeLessThan(0.02)
  })

  it('is calibrated: as many churn as the futures said, in each segment', () => {
    for (const segment of ['paid', 'trial'] as const) {
      const outcomes = accounts
        .filter((account) => account.segment === segment)
        .map((account) => ({
          p: account.p,
          y: referenceLabel(logs.get(account.user_id) ?? [], cutoffDay(), defaultRule).y,
        }))
        .filter((each): each is { p: number; y: 0 | 1 } => each.y !== null)
      const expected = outcomes.reduce((sum, { p }) => sum + p, 0)
      const sd = Math.sqrt(outcomes.reduce((sum, { p }) => sum + p * (1 - p), 0))
      const churned = outcomes.reduce((sum, { y }) => sum + y, 0)
      expect(Math.abs(churned - expected), `${segment}: ${churned} of ${expected}`).toBeLessThan(4 * sd)
    }
  })

  it('ranks what really happened about as well as it claims', () => {
    const paid = accounts
      .filter((account) => account.segment === 'paid')
      .map((account) => ({
        score: account.p,
        y: referenceLabel(logs.get(account.user_id) ?? [], cutoffDay(), defaultRule).y as number,
      }))
    const claimed = world.truth.cutoffs[0]?.groups.paid?.auc as number
    const churners = paid.filter(({ y }) => y === 1).length
    // Hanley and McNeil bound the standard error of an AUC by that of AUC(1 - AUC) over the smaller class.
    const error = Math.sqrt((claimed * (1 - claimed)) / churners)
    expect(Math.abs(auc(paid) - claimed)).toBeLessThan(4 * error)
  })

  it('lies in the range that the world is meant to have', () => {
    const groups = world.truth.cutoffs[0]?.groups ?? {}
    // A small world: wider than the targets of the default one by its sampling error.
    expect(groups.paid?.auc).toBeGreaterThan(0.76)
    expect(groups.paid?.auc).toBeLessThan(0.86)
    expect(groups['paid/undecided']?.auc).toBeLessThan(groups.paid?.auc as number)
    expect(groups.trial?.auc).toBeGreaterThan(0.7)
    expect(groups.trial?.auc).toBeLessThan(0.86)
    expect(groups.paid?.baseRate).toBeGreaterThan(0.055)
    expect(groups.paid?.baseRate).toBeLessThan(0.11)
    expect(groups.trial?.baseRate).toBeGreaterThan(0.4)
    expect(groups.trial?.baseRate).toBeLessThan(0.65)
  })

  it('is read back as it was told', async () => {
    expect(await readTruth(world.folder)).toEqual(world.truth)
  })
})

describe('the hazard', () => {
  it('falls with engagement, and viewing shows engagement', () => {
    const undecided = accounts.filter(
      (account) => account.segment === 'paid' && account.undecided === 1 && account.due === 1,
    )
    const sorted = [...undecided].sort((a, b) => a.engagement - b.engagement)
    const third = Math.floor(sorted.length / 3)
    const [low, high] = [sorted.slice(0, third), sorted.slice(-third)]
    expect(mean(low.map(({ p }) => p))).toBeGreaterThan(2 * mean(high.map(({ p }) => p)))
    expect(mean(low.map(({ activeDays }) => activeDays))).toBeLessThan(
      0.7 * mean(high.map(({ activeDays }) => activeDays)),
    )
  })

  it('shows in the log: those who asked not to renew mostly leave', () => {
    const paid = accounts.filter((account) => account.segment === 'paid' && account.due === 1)
    const off = paid.filter((account) => account.undecided === 0)
    const on = paid.filter((account) => account.undecided === 1)
    expect(mean(off.map(({ p }) => p))).toBeGreaterThan(3 * mean(on.map(({ p }) => p)))
  })
})
