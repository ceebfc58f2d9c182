import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ResourceSettings, Resources } from '../lib/graph/index.ts'
import { openSimulatedSources } from '../lib/sources/index.ts'

/** What assets are given: the sources of this home's simulated world, when it has one, and where XGBoost is. */
export async function openResources({ home, xgboostLib }: ResourceSettings): Promise<Resources> {
  const world = join(home, 'world')
  if (!existsSync(join(world, 'world.json'))) return { xgboostLib }
  const { sources } = await openSimulatedSources(world)
  return { xgboostLib, sources }
}
