/** Lives a world day by day and leaves its archive, its truth and `world.json` in a folder. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { OttokError } from '../../config/errors.ts'
import { type Account, hasAccess } from './account.ts'
import { ArchiveWriter } from './archive.ts'
import { createBillingArchive } from './billing-archive.ts'
import { createCalendar, DAY, type WorldCalendar } from './calendar.ts'
import { liveDay } from './life.ts'
import { defaultParameters, type Parameters } from './parameters.ts'
import { createPlayerArchive } from './player-archive.ts'
import { establishedAccount, joiningAccount } from './population.ts'
import { Random, STREAM } from './random.ts'
import { type CatalogueRow, catalogueShape, playerEventShape, subscriptionShape } from './shapes.ts'
import { byPopularity, createShelf, createTitles, kinds, type Title } from './titles.ts'
import { type CutoffTruth, type WorldTruth, writeCutoffTruth, writeTruth } from './truth.ts'
import { viewDay } from './viewing.ts'
import { WORLD_FORMAT, type World, writeWorld } from './world.ts'

export interface SimulateOptions {
  /** Accounts of the initial base; acquisition keeps the number near it. */
  readonly users: number
  /** Days with player events, after the burn-in. */
  readonly days: number
  readonly seed: number
  /** First day with player events, 'YYYY-MM-DD'. */
  readonly start: string
  /** IANA zone of the service, such as Europe/Moscow. */
  readonly timezone: string
  /** Folder of the world; made if absent, must be empty. */
  readonly out: string
  readonly parameters?: Parameters
  /** Called after each day with days lived and days in all, burn-in included. */
  readonly onDay?: (lived: number, all: number) => void
  /** Called with what is attainable at each frozen cut-off, as soon as it is known. */
  readonly onTruth?: (truth: CutoffTruth) => void
}

export interface SimulatedWorld {
  readonly world: World
  readonly truth: WorldTruth
  /** Rows in the archive, by source. */
  readonly rows: Readonly<Record<string, number>>
}

/** The same options give the same bytes. */
export async function simulate(options: SimulateOptions): Promise<SimulatedWorld> {
  const parameters = options.parameters ?? defaultParameters
  await prepareFolder(options.out)
  const calendar = createCalendar({ ...options, ...parameters, days: options.days })
  const archive = join(options.out, 'archive')
  const { firstDay } = calendar
  const writers = {
    player: new ArchiveWriter({ folder: archive, source: 'player_events', shape: playerEventShape, firstDay }),
    billing: new ArchiveWriter({ folder: archive, source: 'subscriptions', shape: subscriptionShape, firstDay: 0 }),
    catalogue: new ArchiveWriter({ folder: archive, source: 'catalogue', shape: catalogueShape, firstDay }),
  }
  const random = new Random(options.seed)
  const tastes = new Random(options.seed)
  const log = createBillingArchive(writers.billing, calendar, new Random(options.seed))
  const player = createPlayerArchive(writers.player, calendar, parameters, new Random(options.seed))
  const titles = createTitles(calendar.days, parameters, random)
  const popular = byPopularity(titles)
  const accounts: Account[] = []
  for (let i = 0; i < options.users; i += 1) accounts.push(establishedAccount(i, parameters, random, log))
  const cutoffs: CutoffTruth[] = []
  const servingDelay = Math.ceil(parameters.publishLagHours / 24)

  for (let day = 0; day < calendar.days; day += 1) {
    const joining = newcomers(options.users, parameters, random, day)
    const before = accounts.length
    for (let i = 0; i < joining; i += 1) accounts.push(joiningAccount(accounts.length, day, parameters, random, log))
    const shelf = createShelf(popular, day)
    const today = { day, weekday: calendar.weekday(day), month: calendar.month(day), shelf, tastes }
    for (const [index, account] of accounts.entries()) {
      random.at(STREAM.life, index, day)
      // A newcomer's first day of moods and billing is the next one; it may watch at once.
      if (index < before) liveDay(account, day, calendar.dayOfMonth(day), parameters, random, log)
      if (day < firstDay || !hasAccess(account, day * DAY + DAY / 2)) continue
      viewDay(account, today, parameters, random.at(STREAM.viewing, index, day), player.sink)
    }
    if (day >= firstDay) {
      for (const row of catalogueRows(titles, day, calendar)) writers.catalogue.add(day, row, row.received_at)
    }
    await writers.catalogue.closeBefore(day + 1, calendar)
    // Tomorrow's viewing cannot reach back into a day before it; tomorrow's changes may still be known by c(today).
    await writers.player.closeBefore(day + 1, calendar)
    await writers.billing.closeBefore(day + 1 - servingDelay, calendar)
    if (parameters.truth.cutoffsBeforeEnd.includes(calendar.days - 1 - day)) {
      const folder = join(options.out, 'truth')
      const truth = await writeCutoffTruth(folder, accounts, day, calendar, parameters, random)
      cutoffs.push(truth)
      options.onTruth?.(truth)
    }
    options.onDay?.(day + 1, calendar.days)
  }
  await writers.billing.closeBefore(calendar.days, calendar)
  const indexes = [await writers.player.finish(), await writers.billing.finish(), await writers.catalogue.finish()]

  const dirt = Object.fromEntries([...player.dirt].map(([day, count]) => [calendar.text(day), count]))
  const truth: WorldTruth = { cutoffs, dirt }
  await writeTruth(join(options.out, 'truth'), truth)
  const world = worldOf(options, parameters, calendar)
  // Last: a folder with world.json holds a finished world.
  await writeWorld(options.out, world)
  const rows = indexes.map(({ source, days }) => [source, days.reduce((sum, day) => sum + day.rows, 0)] as const)
  return { world, truth, rows: Object.fromEntries(rows) }
}

function newcomers(users: number, parameters: Parameters, random: Random, day: number): number {
  return Math.floor(
    users * parameters.acquisitionRate * (1 + 0.15 * random.at(STREAM.life, -1, day).normal()) + random.uniform(),
  )
}

function catalogueRows(titles: readonly Title[], day: number, calendar: WorldCalendar): CatalogueRow[] {
  const cutoff = calendar.servingCutoff(day)
  // Yesterday's titles are in the snapshot from its beginning, today's as they become known.
  const opened = calendar.servingCutoff(day - 1) + 1
  return titles
    .map((title) => ({ title, knownAt: calendar.utc(title.knownAt) }))
    .filter(({ knownAt }) => knownAt <= cutoff)
    .map(({ title, knownAt }) => ({
      title_id: title.id,
      name: title.name,
      kind: (kinds[title.kind] as (typeof kinds)[number]).name,
      genre: title.genre,
      duration_s: title.durationSeconds,
      release_date: calendar.text(title.releaseDay),
      known_at: knownAt,
      received_at: Math.max(knownAt, opened),
    }))
}

function worldOf(options: SimulateOptions, parameters: Parameters, calendar: WorldCalendar): World {
  const last = calendar.days - 1
  return {
    format: WORLD_FORMAT,
    seed: options.seed,
    users: options.users,
    timezone: options.timezone,
    publishLagHours: parameters.publishLagHours,
    start: options.start,
    end: calendar.text(last),
    historyStart: calendar.text(0),
    now: new Date(calendar.servingCutoff(last) + 3_600_000).toISOString(),
  }
}

async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length === 0) return
  throw new OttokError({
    what: `Cannot simulate a world into ${folder}`,
    cause: 'The folder is not empty.',
    mend: 'Give a new folder, or remove this one first.',
    exitCode: 2,
  })
}
