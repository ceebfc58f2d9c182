import { type AssetKey, sets } from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Session } from '../session.ts'
import { verifyObjects } from './verify-objects.ts'
import { verifyPublished } from './verify-published.ts'
import { verifyTables } from './verify-tables.ts'

/** What became of one stored partition, or of something stored that lineage does not know. */
export interface Verdict {
  /** Empty for things that belong to no asset, such as left-over staging tables. */
  readonly key: AssetKey
  readonly partition: string
  readonly ok: boolean
  readonly problem?: string
}

/**
 * Compares what is stored with what is recorded: warehouse partitions by fingerprint, objects by size and hash, published
 * loads by their rows. Finds what was edited, deleted or added behind our back, and staging that nobody owns.
 */
export async function verify(
  session: Session,
  state: GraphState,
  keys: readonly AssetKey[],
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  const tables: AssetKey[] = []
  for (const key of keys) {
    const asset = session.graph.asset(key)
    if (asset.kind === 'external' || asset.kind === 'effect') continue
    verdicts.push(...unfinished(state, key))
    if (asset.store.kind === 'warehouse') tables.push(key)
    else if (asset.store.kind === 'objects') verdicts.push(...(await verifyObjects(session, state, key)))
    else if (asset.store.kind === 'published') {
      verdicts.push(...(await verifyPublished(session, state, key, asset.store)))
    }
    // A value lies in the lineage store itself: there is no second copy to compare with.
    else verdicts.push(...recorded(state, key))
  }
  if (tables.length > 0) verdicts.push(...(await verifyTables(session, state, tables)))
  return verdicts
}

function unfinished(state: GraphState, key: AssetKey): Verdict[] {
  return [...state.asset(key).entries()]
    .filter(([, record]) => record.unfinished)
    .map(([, record]) => ({
      key,
      partition: record.partition,
      ok: false,
      problem: 'a swap was begun and not recorded; the next materialize finishes it',
    }))
}

function recorded(state: GraphState, key: AssetKey): Verdict[] {
  const ordinals = sets.ordinals(sets.fromOrdinals([...state.asset(key).entries()].map(([ordinal]) => ordinal)))
  return [...ordinals].flatMap((ordinal) => {
    const record = state.asset(key).record(ordinal)
    return record?.current ? [{ key, partition: record.partition, ok: true }] : []
  })
}
