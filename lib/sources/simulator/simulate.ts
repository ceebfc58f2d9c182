/** Lives a world day by day and leaves its archive, its truth and `world.json` in a folder. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { OttokError } from '../../config/errors.ts'
import { ArchiveWriter, type DayPart } from './archive.ts'
import { ArchiveFiles } from './archive-files.ts'
import type { WorldCalendar } from './calendar.ts'
import { DirtLedger } from './dirt-ledger.ts'
import { defaultParameters, type Parameters } from './parameters.ts'
import { firstDayOf, openAfter } from './partitions.ts'
import { type CatalogueRow, catalogueShape, type SourceName, sourceNames } from './shapes.ts'
import { type Crew, startCrew, threadsFor } from './shards/crew.ts'
import { type Scene, SHARDS, type ShardDay } from './shards/protocol.ts'
import { type Stage, setStage } from './shards/stage.ts'
import { kinds, type Title } from './titles.ts'
import { type CutoffTruth, type WorldTruth, writeCutoffTruth, writeTruth } from './truth.ts'
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
  /** Threads that live the accounts, 0 .. 4; 0 = none but the caller's. Changes no byte. Left out: what suits size and machine. */
  readonly threads?: number
  /** Called after each day with days lived and days in all, burn-in included. */
  readonly onDay?: (lived: number, all: number) => void
  /** Called with what is attainable at each frozen cut-off, as soon as it is known. */
  readonly onTruth?: (truth: CutoffTruth) => void
}

export interface SimulatedWorld {
  readonly world: World
  readonly truth: WorldTruth
  /** What the archive holds, by source. */
  readonly rows: Readonly<Record<SourceName, number>>
  readonly bytes: Readonly<Record<SourceName, number>>
  readonly elapsedMs: number
  /** The most memory that the process has had so far, all threads included. */
  readonly peakMemoryBytes: number
}

/** Days that may be lived while an earlier one is written; more would only hold more rows in memory. */
const AHEAD = 3

/** The same options give the same bytes, however many threads live the world. */
export async function simulate(options: SimulateOptions): Promise<SimulatedWorld> {
  const started = performance.now()
  const { out, parameters = defaultParameters } = options
  await prepareFolder(out)
  const { users, days, seed, start, timezone } = options
  const stage = setStage({ users, days, seed, start, timezone, parameters })
  const crew = startCrew(stage, options.threads ?? threadsFor(stage.scene))
  try {
    const { truth, rows, bytes } = await liveAll(stage, crew, options)
    const world = worldOf(stage.scene, stage.calendar)
    // Last: a folder with world.json holds a finished world.
    await writeWorld(out, world)
    const elapsedMs = Math.round(performance.now() - started)
    return { world, truth, rows, bytes, elapsedMs, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 }
  } finally {
    await crew.close()
  }
}

async function liveAll(stage: Stage, crew: Crew, options: SimulateOptions) {
  const { calendar, scene, titles } = stage
  const { parameters } = scene
  const archive = join(options.out, 'archive')
  const files = new Map(sourceNames.map((source) => [source, new ArchiveFiles(archive, source)]))
  const write = (source: SourceName, day: number, parts: readonly DayPart[]): Promise<void> =>
    (files.get(source) as ArchiveFiles).write(calendar.text(day), parts)
  const catalogue = new ArchiveWriter({
    source: 'catalogue',
    firstDay: firstDayOf('catalogue', calendar, parameters),
    shape: catalogueShape,
  })
  const dirt = new DirtLedger()
  const cutoffs: CutoffTruth[] = []
  const open: Promise<readonly ShardDay[]>[] = []

  for (let day = 0; day < calendar.days; day += 1) {
    while (open.length < AHEAD && day + open.length < calendar.days) {
      const living = crew.live(day + open.length)
      // Heard when its turn comes; until then an earlier failure may end the world first.
      living.catch(() => undefined)
      open.push(living)
    }
    const shards = await (open.shift() as Promise<readonly ShardDay[]>)
    for (const [nth, { source, day: closed }] of (shards[0] as ShardDay).closed.entries()) {
      await write(
        source,
        closed,
        shards.map((shard) => (shard.closed[nth] as ShardDay['closed'][number]).part),
      )
    }
    if (day >= calendar.firstDay) {
      for (const row of catalogueRows(titles, day, calendar)) {
        catalogue.add(day, row, row.received_at)
        dirt.count('catalogue', day, 'clean')
      }
    }
    for (const { day: closed, part } of catalogue.closeBefore(openAfter('catalogue', day, calendar, parameters))) {
      await write('catalogue', closed, [part])
    }
    const truths = shards.flatMap(({ truth }) => truth ?? [])
    if (shards.some(({ truth }) => truth !== null)) {
      truths.sort((a, b) => a.number - b.number)
      const truth = await writeCutoffTruth(join(options.out, 'truth'), truths, calendar.text(day), parameters.truth)
      cutoffs.push(truth)
      options.onTruth?.(truth)
    }
    for (const shard of shards) dirt.absorb(shard.dirt ?? [])
    options.onDay?.(day + 1, calendar.days)
  }
  const truth: WorldTruth = { cutoffs, dirt: dirtByDay(dirt, calendar) }
  await writeTruth(join(options.out, 'truth'), truth)
  const rows: Partial<Record<SourceName, number>> = {}
  const bytes: Partial<Record<SourceName, number>> = {}
  for (const [source, sourceFiles] of files) {
    const index = await sourceFiles.finish()
    rows[source] = index.days.reduce((sum, day) => sum + day.rows, 0)
    bytes[source] = index.days.reduce((sum, day) => sum + day.bytes, 0)
  }
  return { truth, rows: rows as Record<SourceName, number>, bytes: bytes as Record<SourceName, number> }
}

/** Without the rows that arrive in days beyond the world: no file holds them. */
function dirtByDay(ledger: DirtLedger, calendar: WorldCalendar): WorldTruth['dirt'] {
  const dirt: Record<string, Record<string, { delivered: number; duplicates: number; malformed: number }>> = {}
  for (const { source, day, ...count } of ledger.entries().sort((a, b) => a.day - b.day)) {
    if (day >= calendar.days) continue
    dirt[source] ??= {}
    ;(dirt[source] as Record<string, typeof count>)[calendar.text(day)] = count
  }
  return dirt
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

function worldOf({ seed, users, start, timezone, parameters }: Scene, calendar: WorldCalendar): World {
  const last = calendar.days - 1
  return {
    format: WORLD_FORMAT,
    seed,
    users,
    shards: SHARDS,
    timezone,
    publishLagHours: parameters.publishLagHours,
    start,
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
