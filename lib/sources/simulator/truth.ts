/** The truth of a world: latent state, each account's churn probability, and what they make attainable. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTable } from '../parquet/index.ts'
import type { Account } from './account.ts'
import { type AttainableAuc, attainableAuc, type ChurnCounts, observersAuc } from './attainable.ts'
import type { DirtCount } from './dirt-ledger.ts'
import { churnedFutures, type Standing, standingOf } from './futures.ts'
import { engagement } from './latent.ts'
import type { Parameters } from './parameters.ts'
import type { Random } from './random.ts'
import type { Conditions } from './season.ts'

/** Groups of eligible accounts whose attainable AUC is measured. */
const GROUPS: Readonly<Record<string, (standing: Standing) => boolean>> = {
  paid: ({ segment }) => segment === 'paid',
  'paid/due': ({ segment, due }) => segment === 'paid' && due,
  'paid/undecided': ({ segment, undecided }) => segment === 'paid' && undecided,
  'paid/due/undecided': ({ segment, due, undecided }) => segment === 'paid' && due && undecided,
  trial: ({ segment }) => segment === 'trial',
  'trial/undecided': ({ segment, undecided }) => segment === 'trial' && undecided,
}

export interface GroupTruth extends AttainableAuc {
  /** AUC of an observer who sees the mood that viewing follows (engagement) as it is, and nothing of billing. */
  readonly behaviour: number
}

/** What is attainable at one cut-off, by group. */
export interface CutoffTruth {
  readonly day: string
  readonly futures: number
  readonly groups: Readonly<Record<string, GroupTruth>>
}

export interface WorldTruth {
  readonly cutoffs: readonly CutoffTruth[]
  /** What was done to the rows of each source, by the day of their partition. */
  readonly dirt: Readonly<Record<string, Readonly<Record<string, DirtCount>>>>
}

const FILE = 'truth.json'
const accountShape = {
  user_id: 'unique',
  segment: 'text',
  due: 'integer',
  undecided: 'integer',
  churned: 'integer',
  futures: 'integer',
  engagement_millis: 'integer',
  stress_millis: 'integer',
} as const

/** The truth about one account at a frozen cut-off. Plain data. */
export interface AccountTruth {
  /** Position in the world. */
  readonly number: number
  readonly userId: string
  readonly standing: Standing
  readonly counts: ChurnCounts
  readonly engagement: number
  readonly stress: number
}

/** Freezes accounts at the end of `day` and lives their futures; those that are not eligible are left out. */
export function accountTruths(
  accounts: readonly Account[],
  day: number,
  conditions: (day: number) => Conditions,
  parameters: Parameters,
  random: Random,
): AccountTruth[] {
  const known: AccountTruth[] = []
  for (const account of accounts) {
    const standing = standingOf(account, day)
    if (standing === null) continue
    known.push({
      number: account.traits.number,
      userId: account.traits.userId,
      standing,
      counts: churnedFutures(account, day, conditions, parameters, random),
      engagement: engagement(account, parameters),
      stress: account.stress,
    })
  }
  return known
}

/** Writes each eligible account's truth at `day` ('YYYY-MM-DD') and returns what is attainable. */
export async function writeCutoffTruth(
  folder: string,
  accounts: readonly AccountTruth[],
  day: string,
  { futures }: Parameters['truth'],
): Promise<CutoffTruth> {
  const table = createTable(accountShape)
  for (const { userId, standing, counts, engagement, stress } of accounts) {
    table.add({
      user_id: userId,
      segment: standing.segment,
      due: Number(standing.due),
      undecided: Number(standing.undecided),
      churned: counts[0] + counts[1],
      futures,
      engagement_millis: Math.round(engagement * 1000),
      stress_millis: Math.round(stress * 1000),
    })
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${day}.parquet`), table.parquet())
  return { day, futures, groups: groupTruths(accounts, futures) }
}

/** What is attainable in each group of accounts. */
export function groupTruths(accounts: readonly AccountTruth[], futures: number): CutoffTruth['groups'] {
  const groups = Object.entries(GROUPS).map(([name, belongs]) => {
    const members = accounts.filter(({ standing }) => belongs(standing))
    const counts = members.map((member) => member.counts)
    const ranks = members.map((member) => -member.engagement)
    return [name, { ...attainableAuc(counts, futures), behaviour: observersAuc(ranks, counts, futures) }] as const
  })
  return Object.fromEntries(groups)
}

export async function writeTruth(folder: string, truth: WorldTruth): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, FILE), `${JSON.stringify(truth, null, 1)}\n`)
}

/** Reads a world's truth. For judging results only: no asset can reach it. `world` is the world's folder. */
export async function readTruth(world: string): Promise<WorldTruth> {
  return JSON.parse(await readFile(join(world, 'truth', FILE), 'utf8')) as WorldTruth
}
