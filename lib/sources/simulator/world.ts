/** `world.json`: what a simulated world is, for everyone who reads it. Holds no truth about any account. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { OttokError } from '../../config/errors.ts'

export const WORLD_FORMAT = 2

const day = z.iso.date()
const worldSchema = z.object({
  format: z.literal(WORLD_FORMAT),
  seed: z.number().int(),
  users: z.number().int(),
  /** Parts in which its accounts are written: their order is the order of rows. */
  shards: z.number().int(),
  timezone: z.string(),
  publishLagHours: z.number(),
  /** First and last day with player events. */
  start: day,
  end: day,
  /** First partition of subscriptions: the burn-in comes before the events. */
  historyStart: day,
  /** Serving time of the last day: c(end) + 1 h, ISO 8601 UTC. */
  now: z.iso.datetime(),
})

export type World = z.infer<typeof worldSchema>

export async function writeWorld(folder: string, world: World): Promise<void> {
  await writeFile(join(folder, 'world.json'), `${JSON.stringify(world, null, 2)}\n`)
}

/** Reads `world.json` of a world's folder. Throws an OttokError when it is not there or of another format. */
export async function readWorld(folder: string): Promise<World> {
  const path = join(folder, 'world.json')
  const unusable = (cause: string, underlying: unknown): OttokError =>
    new OttokError({
      what: `Cannot open the simulated world at ${folder}`,
      cause,
      mend: 'Simulate it again into an empty folder, or point at the folder of a finished world.',
      underlying,
    })
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw unusable('world.json cannot be read; the simulation did not finish or the folder is another one.', error)
  }
  try {
    return worldSchema.parse(JSON.parse(text))
  } catch (error) {
    throw unusable(`world.json is not of format ${WORLD_FORMAT}.`, error)
  }
}
