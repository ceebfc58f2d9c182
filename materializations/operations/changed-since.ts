import { OttokError } from '../../lib/config/index.ts'
import type { AssetKey } from '../../lib/graph/index.ts'
import type { Session } from '../session.ts'
import { atRevision, diffGraphs } from '../versions/index.ts'
import { openLazyFormatter } from '../versions/lazy-formatter.ts'

/**
 * Assets of the session that are new since a git revision, or declared otherwise than there: code, inputs, partitions.
 * @throws OttokError (exit code 2) for an unknown revision, outside a repository, and for a graph that is in no file
 */
export async function changedSince(session: Session, revision: string): Promise<ReadonlySet<AssetKey>> {
  const { file } = session.definitions
  if (file === undefined) {
    throw new OttokError({
      what: `cannot compare with the revision '${revision}'`,
      cause: 'The graph was built in memory and is in no file of a repository.',
      mend: "Select without 'changed:', or load the graph from a definitions file.",
      exitCode: 2,
    })
  }
  const codeVersions = new Map([...(await session.code())].map(([key, version]) => [key, { version }]))
  const formatter = openLazyFormatter()
  try {
    return await atRevision(file, revision, formatter, async (base) => {
      const diff = diffGraphs(base, { graph: session.graph, codeVersions })
      return new Set([...diff.new, ...diff.code, ...diff.deps, ...diff.partitions])
    })
  } finally {
    await formatter.close()
  }
}
