import { createHash } from 'node:crypto'
import type { AssetKey } from '../../lib/graph/index.ts'
import type { ObjectStore } from '../../lib/objects/index.ts'
import { isLeased } from '../lineage/leases.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { knownStores } from '../lineage/store-identity.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { VersionDetail } from '../planner/recorded.ts'
import type { Session } from '../session.ts'
import { objectsOf, unnamedObjects } from '../stores/unnamed-objects.ts'
import { storedVersions } from './stored-versions.ts'
import type { Verdict } from './verify.ts'

/**
 * Compares recorded objects with the store: there, of the recorded size, and of the recorded content. Finds those that no
 * version names too.
 */
export async function verifyObjects(session: Session, state: GraphState, key: AssetKey): Promise<readonly Verdict[]> {
  if (!(await knownStores(session.lineage)).has('objects')) return []
  const stored = await storedVersions(session, state, key)
  const objects = await session.stores.objects()
  const verdicts: Verdict[] = []
  for (const version of stored) {
    const { partition } = version
    const problem = await problemOf(objects, version)
    verdicts.push({ key, partition, ok: problem === undefined, ...(problem !== undefined && { problem }) })
  }
  return [...verdicts, ...(await unnamed(session.lineage, objects, key))]
}

/** What is being made has no name yet. */
async function unnamed(lineage: Lineage, objects: ObjectStore, key: AssetKey): Promise<readonly Verdict[]> {
  const listed = await objectsOf(objects, key)
  if (await isLeased(lineage, key)) return []
  return (await unnamedObjects(lineage, key, listed)).map((object) => ({
    key,
    partition: '',
    ok: false,
    problem: `foreign: no version names ${objects.address(object)}, which may be deleted`,
  }))
}

async function problemOf(objects: ObjectStore, { location, dataVersion }: VersionDetail): Promise<string | undefined> {
  if (location.kind !== 'objects') return `recorded in another store (${location.kind}); materialize it again`
  const info = await objects.head(location.object)
  if (!info) return `deleted: ${objects.address(location.object)} is gone`
  if (info.size !== location.bytes) return `edited: ${info.size} bytes instead of ${location.bytes}`
  if (!dataVersion.startsWith('c1:')) return undefined
  const hash = createHash('sha256')
  for await (const chunk of await objects.stream(location.object)) hash.update(chunk as Uint8Array)
  if (dataVersion === `c1:${hash.digest('hex').slice(0, 32)}`) return undefined
  return `edited: the content of ${objects.address(location.object)} is not what was recorded`
}
