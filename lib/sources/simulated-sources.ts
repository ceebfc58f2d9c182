/** The sources of a simulated world. Its truth cannot be reached through them. */
import { join } from 'node:path'
import { openArchiveSource } from './archive-source.ts'
import type { SourceName } from './simulator/shapes.ts'
import { readWorld, type World } from './simulator/world.ts'
import type { DaySource } from './source.ts'

export interface SimulatedSources {
  readonly world: World
  /**
   * - `player_events`: partition = event day, `world.start` .. `world.end`; rows go on arriving for days
   * - `subscriptions`: partition = serving day in which a change became known, from `world.historyStart` on; complete
   *   at its c(D)
   * - `catalogue`: partition = dated snapshot of the titles known by c(D), `world.start` .. `world.end`
   */
  readonly sources: Readonly<Record<SourceName, DaySource>>
}

/** Opens the world in `folder`. Throws an OttokError when there is no finished world. */
export async function openSimulatedSources(folder: string): Promise<SimulatedSources> {
  const world = await readWorld(folder)
  const archive = join(folder, 'archive')
  const sources = {
    player_events: openArchiveSource(archive, 'player_events'),
    subscriptions: openArchiveSource(archive, 'subscriptions'),
    catalogue: openArchiveSource(archive, 'catalogue'),
  }
  return { world, sources }
}
