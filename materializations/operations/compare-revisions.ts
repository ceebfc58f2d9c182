import { OttokError } from '../../lib/config/index.ts'
import type { AssetKey } from '../../lib/graph/index.ts'
import type { Session } from '../session.ts'
import { atRevision, diffGraphs, type GraphDiff, loadRevision } from '../versions/index.ts'
import { openLazyFormatter } from '../versions/lazy-formatter.ts'
import { type RevisionChanges, revisionChanges } from './revision-changes.ts'

/** What differs between a revision and the work tree, and the assets to look at for it. */
export interface Comparison {
  /** Full hash of the base commit. */
  readonly commit: string
  readonly diff: GraphDiff
  readonly changes: RevisionChanges
  /** Changed or new assets that can be made, and everything downstream of them, in graph order. */
  readonly selected: readonly AssetKey[]
}

/**
 * Compares the definitions of the session with those at a git revision.
 * @param file the definitions file
 * @throws OttokError (exit code 2) for an unknown revision, outside a repository
 */
export async function compareRevisions(session: Session, file: string, ref: string): Promise<Comparison> {
  const formatter = openLazyFormatter()
  try {
    const head = await loadRevision(file, formatter)
    return await atRevision(file, ref, formatter, async (base) => {
      const diff = diffGraphs(base, head)
      const changes = await revisionChanges(session.lineage, base, head, diff)
      return { commit: base.commit, diff, changes, selected: affected(session, diff) }
    })
  } finally {
    await formatter.close()
  }
}

/** Not effects: what they have done stays done, whatever the code becomes. */
const MADE: ReadonlySet<string> = new Set(['sql', 'function'])

function affected(session: Session, diff: GraphDiff): readonly AssetKey[] {
  const { graph } = session
  const reached = new Set([...diff.new, ...diff.code, ...diff.deps, ...diff.partitions])
  const queue = [...reached]
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const edge of graph.downstream.get(key)!) {
      if (reached.has(edge.downstream)) continue
      reached.add(edge.downstream)
      queue.push(edge.downstream)
    }
  }
  return graph.order.filter((key) => reached.has(key) && MADE.has(graph.asset(key).kind))
}

/**
 * A machine of CI has an embedded lineage that nobody else sees, and a lineage without records says that everything is
 * missing: neither tells what production has to remake.
 */
export async function requireSharedLineage(session: Session): Promise<void> {
  const mend = 'Set DATABASE_URL to the lineage of the environment, or pass --allow-embedded.'
  if (session.settings.databaseUrl === undefined) {
    throw new OttokError({
      what: 'cannot plan a backfill from this lineage',
      cause: 'It is the embedded one of this home, which only this machine uses.',
      mend,
      exitCode: 2,
    })
  }
  const [row] = await session.lineage.query<{ found: boolean }>(
    'SELECT EXISTS (SELECT 1 FROM partition_state WHERE seq IS NOT NULL) AS found',
  )
  if (row!.found) return
  throw new OttokError({
    what: `cannot plan a backfill from the lineage of environment '${session.settings.environment}'`,
    cause: 'It holds no record: everything would count as missing.',
    mend: `Set OTTOK_ENV to the environment that has the data, or pass --allow-embedded.`,
    exitCode: 2,
  })
}
