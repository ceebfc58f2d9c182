import type { AssetKey, PublishedStore } from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Session } from '../session.ts'
import { publishedNames, publishedSchema } from '../stores/published-table.ts'
import { storedVersions } from './stored-versions.ts'
import type { Verdict } from './verify.ts'

/** Counts the rows of each recorded load, and looks for loads that nobody recorded. */
export async function verifyPublished(
  session: Session,
  state: GraphState,
  key: AssetKey,
  store: PublishedStore,
): Promise<readonly Verdict[]> {
  const stored = await storedVersions(session, state, key)
  const { history } = publishedNames(store, publishedSchema(store, session.settings.environment))
  const counts = await loadCounts(session, history)
  const verdicts: Verdict[] = []
  const known = new Set(await recordedLoads(session, key))
  for (const { partition, location } of stored) {
    if (location.kind !== 'published') continue
    const { load, rows } = location
    const found = counts?.get(load) ?? 0
    const problem =
      counts === undefined
        ? `deleted: the table ${history} is gone`
        : found === rows
          ? undefined
          : found === 0
            ? `deleted: the ${rows} rows of load ${load} are gone`
            : `edited: load ${load} has ${found} rows instead of ${rows}`
    verdicts.push({ key, partition, ok: problem === undefined, ...(problem !== undefined && { problem }) })
  }
  for (const [load, rows] of counts ?? []) {
    if (known.has(load)) continue
    const problem = `foreign: ${rows} rows of load ${load} in ${history} that lineage does not know`
    verdicts.push({ key, partition: '', ok: false, problem })
  }
  return verdicts
}

/** Loads that lineage knows, those included that were replaced and stay for a while. */
async function recordedLoads(session: Session, key: AssetKey): Promise<readonly string[]> {
  const rows = await session.lineage.query<{ load: string }>(
    `SELECT location->>'load' AS load FROM materializations WHERE asset_key = $1 AND location->>'kind' = 'published'`,
    [key],
  )
  return rows.map((row) => row.load)
}

/** Rows by load; undefined when the table does not exist. */
async function loadCounts(session: Session, history: string): Promise<ReadonlyMap<string, number> | undefined> {
  const [present] = await session.lineage.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    history,
  ])
  if (!present?.found) return undefined
  const rows = await session.lineage.query<{ load: string; rows: number }>(
    `SELECT load_id::text AS load, count(*) AS rows FROM ${history} GROUP BY load_id ORDER BY load_id`,
  )
  return new Map(rows.map((row) => [row.load, Number(row.rows)]))
}
