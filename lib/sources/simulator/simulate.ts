/** Lives a world day by day and leaves its archive, its truth and `world.json` in a folder. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { OttokError } from '../../config/errors.ts'
import { TextArchiveWriter } from './archive.ts'
import type { WorldCalendar } from './calendar.ts'
import { DirtLedger } from './dirt-ledger.ts'
import { createCatalogue } from './formats/catalogue.ts'
import { defaultParameters, type Parameters } from './parameters.ts'
import { firstDayOf, openAfter } from './partitions.ts'
import { type Crew, startCrew, threadsFor } from './shards/crew.ts'
import { type Scene, SHARDS, type ShardDay } from './shards/protocol.ts'
import { type Stage, setStage } from './shards/stage.ts'
import { sourceFaults } from './source-faults.ts'
import { type CutoffTruth, type WorldTruth, writeCutoffTruth, writeTruth } from './truth.ts'
import { WORLD_FORMAT, type World, writeWorld } from './world.ts'
import { type ArchiveSize, type ClosedSourceDay, WorldArchive } from './world-archive.ts'

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

/** `rows` and `bytes`: what the archive holds, by source. */
export interface SimulatedWorld extends ArchiveSize {
  readonly world: World
  readonly truth: WorldTruth
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
    const { rows, bytes, ...truth } = await liveAll(stage, crew, options)
    const world = worldOf(stage.scene, stage.calendar)
    // Last: a folder with world.json holds a finished world.
    await writeWorld(out, world)
    const elapsedMs = Math.round(performance.now() - started)
    return { world, truth, rows, bytes, elapsedMs, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 }
  } finally {
    await crew.close()
  }
}

async function liveAll(stage: Stage, crew: Crew, options: SimulateOptions): Promise<WorldTruth & ArchiveSize> {
  const { calendar, scene } = stage
  const archive = new WorldArchive(options.out, calendar)
  const truthFolder = join(options.out, 'truth')
  const dirt = new DirtLedger(sourceFaults(scene.parameters.faults, calendar.days).stops)
  const catalogue = openCatalogue(stage, dirt)
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
    await archive.write([...shards.map(({ closed }) => closed), catalogue(day)])
    for (const shard of shards) dirt.absorb(shard.dirt ?? [])
    if (shards.some(({ truth }) => truth !== null)) {
      const accounts = shards.flatMap(({ truth }) => truth ?? []).sort((a, b) => a.number - b.number)
      const truth = await writeCutoffTruth(truthFolder, accounts, calendar.text(day), scene.parameters.truth)
      cutoffs.push(truth)
      options.onTruth?.(truth)
    }
    options.onDay?.(day + 1, calendar.days)
  }
  const truth: WorldTruth = { cutoffs, dirt: dirtByDay(dirt, calendar) }
  await writeTruth(truthFolder, truth)
  return { ...truth, ...(await archive.finish()) }
}

/** The catalogue belongs to no account: a function that gives its days that are closed after a lived one. */
function openCatalogue({ calendar, scene, titles }: Stage, dirt: DirtLedger): (day: number) => ClosedSourceDay[] {
  const source = 'catalogue'
  const { parameters, seed } = scene
  const { stops } = sourceFaults(parameters.faults, calendar.days)
  const writer = new TextArchiveWriter({ source, firstDay: firstDayOf(source, calendar), stops })
  const writeDay = createCatalogue({ writer, calendar, parameters, seed, dirt, titles })
  return (day) => {
    if (day >= calendar.firstDay) writeDay(day)
    return writer.closeBefore(openAfter(source, day, calendar, parameters)).map((closed) => ({ source, ...closed }))
  }
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
