import { OttokError } from '../../lib/config/errors.ts'
import { type AssetKey, dimensionsOf, dynamicNames, type Graph, isKey, nearMisses } from '../../lib/graph/index.ts'
import { addDynamicKeys, readDynamicKeys, removeDynamicKeys } from '../lineage/dynamic-partitions.ts'
import type { Lineage } from '../lineage/lineage.ts'

/** Longer keys make no readable names of tables' partitions and files. */
const LONGEST = 200

export interface DynamicListing {
  readonly name: string
  readonly keys: readonly string[]
  readonly assets: readonly AssetKey[]
}

/** The dynamic partitions of a graph with their keys; of one name, or all. */
export async function listDynamic(lineage: Lineage, graph: Graph, name?: string): Promise<readonly DynamicListing[]> {
  const names = name === undefined ? dynamicNames(graph) : [requireName(graph, name)]
  const keys = await readDynamicKeys(lineage, names)
  return names.map((one) => ({ name: one, keys: keys.get(one) ?? [], assets: assetsOf(graph, one) }))
}

/** Adds keys, and gives those that were not there yet. */
export async function addDynamic(
  lineage: Lineage,
  graph: Graph,
  name: string,
  keys: readonly string[],
): Promise<readonly string[]> {
  requireName(graph, name)
  requireKeys(name, keys)
  return lineage.transaction((client) => addDynamicKeys(client, name, keys, null))
}

/** Takes keys away, and gives them; an unknown one is an error, and nothing happens. */
export async function removeDynamic(
  lineage: Lineage,
  graph: Graph,
  name: string,
  keys: readonly string[],
): Promise<readonly string[]> {
  const [{ keys: known }] = (await listDynamic(lineage, graph, name)) as [DynamicListing]
  const unknown = keys.find((key) => !known.includes(key))
  if (unknown === undefined) return lineage.transaction((client) => removeDynamicKeys(client, name, keys))
  const near = nearMisses(unknown, known)
  throw new OttokError({
    what: `'${name}' has no key '${unknown}', so that nothing was removed`,
    cause: near.length > 0 ? `It has ${near.join(', ')}.` : `It has ${known.length} keys.`,
    mend: `See them with \`ottok partitions list ${name}\`.`,
    exitCode: 2,
  })
}

/** Partitions of these keys that were made, by asset: they would be forgotten, and their data left. */
export async function madeOfKeys(
  lineage: Lineage,
  graph: Graph,
  name: string,
  keys: readonly string[],
): Promise<readonly { readonly key: AssetKey; readonly partitions: number }[]> {
  const assets = assetsOf(graph, name)
  const places = assets.map((key) => placeOf(graph, key, name))
  const rows = await lineage.query<{ asset_key: string; partitions: number }>(
    `SELECT asset_key, count(DISTINCT partition)::int AS partitions
     FROM materializations JOIN unnest($1::text[], $2::int[]) AS t(asset_key, place) USING (asset_key)
     WHERE split_part(partition, '|', place) = ANY($3) GROUP BY asset_key ORDER BY asset_key`,
    [assets, places, keys],
  )
  return rows.map((row) => ({ key: row.asset_key, partitions: row.partitions }))
}

export function requireName(graph: Graph, name: string): string {
  const known = dynamicNames(graph)
  if (known.includes(name)) return name
  throw new OttokError({
    what: `no asset has dynamic partitions '${name}'`,
    cause: known.length > 0 ? `There are ${known.join(', ')}.` : 'No asset of this graph has any.',
    mend: `Declare them: \`partitions: dynamic('${name}')\`.`,
    exitCode: 2,
  })
}

export function requireKeys(name: string, keys: readonly string[]): void {
  const bad = keys.find((key) => !isKey(key) || key.length > LONGEST)
  if (bad === undefined) return
  throw new OttokError({
    what: `'${bad.slice(0, LONGEST)}' cannot be a key of '${name}'`,
    cause: bad.length > LONGEST ? `It has ${bad.length} characters.` : 'It is empty or has a sign with a meaning.',
    mend: `Give 1 to ${LONGEST} characters, none of '|', '*', ',', '@' and white space.`,
    exitCode: 2,
  })
}

function assetsOf(graph: Graph, name: string): readonly AssetKey[] {
  return graph.order.filter((key) => placeOf(graph, key, name) > 0)
}

/** Which part of an asset's partition keys the dynamic key is, from 1 on; 0: none. */
function placeOf(graph: Graph, key: AssetKey, name: string): number {
  const dimensions = dimensionsOf(graph.asset(key).partitions)
  return dimensions.findIndex(({ definition }) => definition.kind === 'dynamic' && definition.name === name) + 1
}
