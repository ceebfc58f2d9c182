import type { ObjectStore } from '../../lib/objects/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { objectsFolder } from './object-keys.ts'

/** Keys of all objects of an asset, of whatever version. */
export async function objectsOf(objects: ObjectStore, assetKey: string): Promise<readonly string[]> {
  const folder = objectsFolder(assetKey)
  const keys: string[] = []
  for await (const { key } of objects.list(folder)) {
    // Deeper ones are those of an asset whose key begins with this one's.
    if (key.slice(folder.length).split('/').length === 2) keys.push(key)
  }
  return keys
}

/**
 * Those of an asset's objects that no version names: a process died between the object and its record. Sound only for
 * objects that were listed before, and while nobody makes the asset.
 */
export async function unnamedObjects(
  lineage: Lineage,
  assetKey: string,
  listed: readonly string[],
): Promise<readonly string[]> {
  if (listed.length === 0) return []
  const rows = await lineage.query<{ object: string }>(
    `SELECT listed.object FROM unnest($2::text[]) AS listed(object)
     WHERE NOT EXISTS (SELECT FROM materializations m WHERE m.asset_key = $1 AND m.location->>'object' = listed.object)
     ORDER BY 1`,
    [assetKey, listed],
  )
  return rows.map((row) => row.object)
}
