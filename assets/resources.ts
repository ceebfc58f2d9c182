import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ResourceSettings, Resources } from '../lib/graph/index.ts'
import { openSimulatedSources } from '../lib/sources/index.ts'
import { offersFile } from './scores/offers-file.ts'

/**
 * What assets are given: the sources of this home's simulated world, when it has one, the offers, how decisions are
 * delivered, and where XGBoost is.
 */
export async function openResources({
  home,
  xgboostLib,
  offersFile: path,
  altcraft,
}: ResourceSettings): Promise<Resources> {
  const given = { xgboostLib, altcraft, offers: offersFile(path) }
  const world = join(home, 'world')
  if (!existsSync(join(world, 'world.json'))) return given
  const { sources } = await openSimulatedSources(world)
  return { ...given, sources }
}
