/** The sources of a simulated world. Its truth cannot be reached through them. */
import { join } from 'node:path'
import { openArchiveSource } from './archive-source.ts'
import { type SourceName, sourceNames } from './simulator/shapes.ts'
import { readWorld, type World } from './simulator/world.ts'
import type { DaySource } from './source.ts'

export interface SimulatedSources {
  readonly world: World
  /**
   * Partition = the day on which it happened, `world.start` .. `world.end`; rows go on arriving for days:
   * - `player_events` (Parquet), `web_events` (TSV), `tv_events` (JSON lines)
   *
   * Partition = the serving day in which it became known; complete at its c(D):
   * - from `world.historyStart` on: `subscriptions`, `accounts` (Parquet), `contacts` (JSON lines)
   * - from `world.start` on: `app_events` (JSON)
   *
   * Partition = dated snapshot of the titles known by c(D), `world.start` .. `world.end`:
   * - `catalogue` (JSON lines)
   */
  readonly sources: Readonly<Record<SourceName, DaySource>>
}

/** Opens the world in `folder`. Throws an OttokError when there is no finished world. */
export async function openSimulatedSources(folder: string): Promise<SimulatedSources> {
  const world = await readWorld(folder)
  const archive = join(folder, 'archive')
  const opened = sourceNames.map((name) => [name, openArchiveSource(archive, name)] as const)
  const sources = Object.fromEntries(opened) as Record<SourceName, DaySource>
  return { world, sources }
}
