import {
  type AssetKey,
  neededFacts,
  parseSelection,
  type SelectionFacts,
  type StatusWord,
} from '../../lib/graph/index.ts'
import type { Session } from '../session.ts'
import { changedSince } from './changed-since.ts'
import { type AssetStatus, assetStatuses } from './status.ts'

/**
 * Keys that a selection expression selects, in graph order, whatever it asks: recorded state is read once for all its
 * `status:` terms, and each revision of `changed:` is compared once. An expression that asks neither costs nothing.
 *
 * @param options.anyStores as for `Session.state`
 * @throws GraphError for syntax errors and when nothing is selected; OttokError for a revision that git does not know
 */
export async function selectAssets(
  session: Session,
  expression: string,
  options: { readonly anyStores?: boolean } = {},
): Promise<readonly AssetKey[]> {
  const needed = neededFacts(parseSelection(expression))
  const changed = new Map<string, ReadonlySet<AssetKey>>()
  for (const revision of needed.revisions) changed.set(revision, await changedSince(session, revision))
  const facts: SelectionFacts = {
    changed,
    ...(needed.status && { statuses: await statuses(session, options) }),
  }
  return session.graph.select(expression, facts)
}

async function statuses(
  session: Session,
  options: { readonly anyStores?: boolean },
): Promise<ReadonlyMap<AssetKey, ReadonlySet<StatusWord>>> {
  const found = assetStatuses(await session.state(options), session.graph.order)
  return new Map(found.map(({ key, partitions }) => [key, wordsOf(partitions)]))
}

function wordsOf(counts: AssetStatus['partitions']): ReadonlySet<StatusWord> {
  const words = ['fresh', 'stale', 'missing', 'failed'] as const
  return new Set(words.filter((word) => counts[word] > 0))
}
