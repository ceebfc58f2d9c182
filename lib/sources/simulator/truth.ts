/** The truth of a world: latent state, each account's churn probability, and what they make attainable. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTable } from '../parquet/index.ts'
import type { Account } from './account.ts'
import { type AttainableAuc, attainableAuc, type ChurnCounts } from './attainable.ts'
import type { WorldCalendar } from './calendar.ts'
import { churnedFutures, type Standing, standingOf } from './futures.ts'
import { engagement } from './latent.ts'
import type { Parameters } from './parameters.ts'
import type { DirtCount } from './player-archive.ts'
import type { Random } from './random.ts'

/** Groups of eligible accounts whose attainable AUC is measured. */
const GROUPS: Readonly<Record<string, (standing: Standing) => boolean>> = {
  paid: ({ segment }) => segment === 'paid',
  'paid/due': ({ segment, due }) => segment === 'paid' && due,
  'paid/undecided': ({ segment, undecided }) => segment === 'paid' && undecided,
  'paid/due/undecided': ({ segment, due, undecided }) => segment === 'paid' && due && undecided,
  trial: ({ segment }) => segment === 'trial',
  'trial/undecided': ({ segment, undecided }) => segment === 'trial' && undecided,
}

/** What is attainable at one cut-off, by group. */
export interface CutoffTruth {
  readonly day: string
  readonly futures: number
  readonly groups: Readonly<Record<string, AttainableAuc>>
}

export interface WorldTruth {
  readonly cutoffs: readonly CutoffTruth[]
  /** What was done to the rows of each event day. */
  readonly dirt: Readonly<Record<string, DirtCount>>
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

/** Freezes the world at the end of `day`, writes each eligible account's truth and returns what is attainable. */
export async function writeCutoffTruth(
  folder: string,
  accounts: readonly Account[],
  day: number,
  calendar: WorldCalendar,
  parameters: Parameters,
  random: Random,
): Promise<CutoffTruth> {
  const { futures } = parameters.truth
  const known: { standing: Standing; counts: ChurnCounts }[] = []
  const table = createTable(accountShape)
  for (const account of accounts) {
    const standing = standingOf(account, day)
    if (standing === null) continue
    const counts = churnedFutures(account, day, calendar, parameters, random)
    known.push({ standing, counts })
    table.add({
      user_id: account.traits.userId,
      segment: standing.segment,
      due: Number(standing.due),
      undecided: Number(standing.undecided),
      churned: counts[0] + counts[1],
      futures,
      engagement_millis: Math.round(engagement(account, parameters) * 1000),
      stress_millis: Math.round(account.stress * 1000),
    })
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${calendar.text(day)}.parquet`), table.parquet())
  const groups = Object.entries(GROUPS).map(([name, belongs]) => {
    const counts = known.filter(({ standing }) => belongs(standing)).map((each) => each.counts)
    return [name, attainableAuc(counts, futures)] as const
  })
  return { day: calendar.text(day), futures, groups: Object.fromEntries(groups) }
}

export async function writeTruth(folder: string, truth: WorldTruth): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, FILE), `${JSON.stringify(truth, null, 1)}\n`)
}

/** Reads a world's truth. For judging results only: no asset can reach it. `world` is the world's folder. */
export async function readTruth(world: string): Promise<WorldTruth> {
  return JSON.parse(await readFile(join(world, 'truth', FILE), 'utf8')) as WorldTruth
}
