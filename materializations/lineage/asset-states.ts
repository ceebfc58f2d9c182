import type { Lineage } from './lineage.ts'

/** How an asset stands, as `status` tells it. */
export interface AssetStateRow {
  readonly key: string
  readonly partitions: {
    readonly fresh: number
    readonly stale: number
    readonly missing: number
    readonly failed: number
    readonly possible: number
  }
  readonly causes: readonly object[]
}

/** Writes down how all assets of the graph stand, for people who read `v_stale`. One query; what has not changed is not written. */
export async function recordAssetStates(lineage: Lineage, states: readonly AssetStateRow[], asOf: Date): Promise<void> {
  await lineage.query(
    `WITH given AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS g(key text, fresh int, stale int, missing int, failed int,
         possible int, causes jsonb)
     ), gone AS (
       DELETE FROM asset_states WHERE asset_key NOT IN (SELECT key FROM given)
     ), looked AS (
       INSERT INTO asset_looks (looked_at, as_of) VALUES (now(), $2)
       ON CONFLICT (only_row) DO UPDATE SET looked_at = excluded.looked_at, as_of = excluded.as_of
     )
     INSERT INTO asset_states AS old (asset_key, fresh, stale, missing, failed, possible, causes, since)
     SELECT key, fresh, stale, missing, failed, possible, causes, now() FROM given
     ON CONFLICT (asset_key) DO UPDATE SET fresh = excluded.fresh, stale = excluded.stale, missing = excluded.missing,
       failed = excluded.failed, possible = excluded.possible, causes = excluded.causes, since = excluded.since
     WHERE (old.fresh, old.stale, old.missing, old.failed, old.possible, old.causes)
       IS DISTINCT FROM (excluded.fresh, excluded.stale, excluded.missing, excluded.failed, excluded.possible, excluded.causes)`,
    [JSON.stringify(states.map(({ key, partitions, causes }) => ({ key, ...partitions, causes }))), asOf],
  )
}
