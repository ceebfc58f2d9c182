import type { PoolClient } from 'pg'
import type { AssetMemory } from '../automation/memory.ts'
import type { Lineage } from './lineage.ts'
import { thisProcess } from './process-identity.ts'
import { requireLease } from './record.ts'

/** The lease that whoever evaluates automation holds; no asset can have this name. */
export const AUTOMATION_LEASE = '@automation'

/** How long ticks and their decisions are kept, and how many at most: a source may change at every look. */
const KEEP_DAYS = 30
const KEEP_TICKS = 20_000

export type TickStatus = 'idle' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'stopped' | 'died'

export interface TickRow {
  readonly tick_id: number
  readonly status: TickStatus
  readonly as_of: Date
  readonly seq: number
  readonly assets: number
  readonly partitions: number
  readonly looks: number
  readonly run_id: string | null
  readonly started_at: Date
  readonly ended_at: Date | null
  readonly error: string | null
}

export interface MemoryRow {
  readonly asset_key: string
  readonly memory: AssetMemory
  readonly decision: unknown
  readonly decided_by: number
  readonly decided_at: Date
}

export interface UpdateRow {
  readonly asset_key: string
  readonly partition: string
  readonly run_id: string
}

/** What an evaluation must know beside recorded state. */
export interface RecordedAutomation {
  readonly last: TickRow | undefined
  readonly memory: readonly MemoryRow[]
  /** Versions recorded after the last tick, up to `seq`. */
  readonly updates: readonly UpdateRow[]
  /** Assets that living runs work on. */
  readonly leased: readonly string[]
}

/** Four queries, whatever the number of assets and partitions. */
export function loadAutomation(lineage: Lineage, seq: number): Promise<RecordedAutomation> {
  return lineage.transaction(async (client) => {
    const [last] = (await client.query<TickRow>('SELECT * FROM ticks ORDER BY tick_id DESC LIMIT 1')).rows
    const memory = await client.query<MemoryRow>('SELECT * FROM automation_memory')
    const updates = last
      ? await client.query<UpdateRow>(
          'SELECT asset_key, partition, run_id FROM materializations WHERE seq > $1 AND seq <= $2 ORDER BY seq',
          [last.seq, seq],
        )
      : { rows: [] }
    const leases = await client.query<{ name: string }>('SELECT name FROM leases WHERE expires_at > now()')
    return { last, memory: memory.rows, updates: updates.rows, leased: leases.rows.map(({ name }) => name) }
  })
}

export interface NewTick {
  readonly asOf: Date
  readonly seq: number
  readonly assets: number
  readonly partitions: number
}

/** What is remembered of an asset from now on; `decision` where it is another than before. */
export interface NewMemory {
  readonly assetKey: string
  readonly memory: AssetMemory
  readonly decision: unknown
  readonly isNewDecision: boolean
}

/** Writes down a tick that asks for nothing. One more of the same is counted. */
export async function recordIdleTick(
  lineage: Lineage,
  token: string,
  tick: NewTick,
  memory: readonly NewMemory[],
): Promise<number> {
  return lineage.transaction(async (client) => {
    await requireLease(client, AUTOMATION_LEASE, token)
    const same =
      memory.length > 0
        ? undefined
        : await client.query<{ tick_id: number }>(
            `UPDATE ticks SET looks = looks + 1, as_of = $1, seq = $2, ended_at = now(), holder = $3
             WHERE status = 'idle' AND tick_id = (SELECT max(tick_id) FROM ticks) RETURNING tick_id`,
            [tick.asOf, tick.seq, JSON.stringify(thisProcess())],
          )
    const repeated = same?.rows[0]?.tick_id
    if (repeated !== undefined) return repeated
    return newTick(client, 'idle', tick, memory)
  })
}

/** Writes down what a tick asks for, before anything is made of it: a process that dies meanwhile has tried. */
export async function beginTick(
  lineage: Lineage,
  token: string,
  tick: NewTick,
  memory: readonly NewMemory[],
): Promise<number> {
  return lineage.transaction(async (client) => {
    await requireLease(client, AUTOMATION_LEASE, token)
    return newTick(client, 'running', tick, memory)
  })
}

/** Writes down how a tick ended; `memory` replaces what was remembered when it began. */
export async function endTick(
  lineage: Lineage,
  token: string,
  tickId: number,
  end: { readonly status: TickStatus; readonly runId: string | undefined; readonly error?: string | undefined },
  memory: ReadonlyMap<string, AssetMemory> = new Map(),
): Promise<void> {
  await lineage.transaction(async (client) => {
    await requireLease(client, AUTOMATION_LEASE, token)
    await client.query(`UPDATE ticks SET status = $2, run_id = $3, error = $4, ended_at = now() WHERE tick_id = $1`, [
      tickId,
      end.status,
      end.runId ?? null,
      end.error ?? null,
    ])
    await client.query(
      `UPDATE automation_memory m SET memory = g.memory
       FROM jsonb_to_recordset($1::jsonb) AS g(asset_key text, memory jsonb) WHERE m.asset_key = g.asset_key`,
      [JSON.stringify([...memory].map(([asset_key, one]) => ({ asset_key, memory: one })))],
    )
  })
}

export interface RequestRow {
  readonly tick_id: number
  readonly decision: unknown
  readonly started_at: Date
  readonly run_id: string | null
  readonly status: TickStatus
}

/** Ticks that asked for an asset, newest first, as far back as is shown. */
const REQUESTS_LOOKED_AT = 50

/** The last decision about an asset, the newest tick, and the ticks that last asked for the asset. */
export async function lastDecisions(
  lineage: Lineage,
  assetKey: string,
): Promise<{
  readonly row: MemoryRow | undefined
  readonly tick: TickRow | undefined
  readonly requests: readonly RequestRow[]
}> {
  return lineage.transaction(async (client) => {
    const rows = await client.query<MemoryRow>('SELECT * FROM automation_memory WHERE asset_key = $1', [assetKey])
    const ticks = await client.query<TickRow>('SELECT * FROM ticks ORDER BY tick_id DESC LIMIT 1')
    const requests = await client.query<RequestRow>(
      `SELECT tick_id, decision, started_at, run_id, status FROM tick_decisions JOIN ticks USING (tick_id)
       WHERE asset_key = $1 AND decision->'requested' <> '[]' ORDER BY tick_id DESC LIMIT $2`,
      [assetKey, REQUESTS_LOOKED_AT],
    )
    return { row: rows.rows[0], tick: ticks.rows[0], requests: requests.rows }
  })
}

async function newTick(
  client: PoolClient,
  status: TickStatus,
  tick: NewTick,
  memory: readonly NewMemory[],
): Promise<number> {
  const tickId = await insertTick(client, status, tick)
  await writeMemory(client, tickId, memory)
  await dropOldTicks(client)
  return tickId
}

async function insertTick(client: PoolClient, status: TickStatus, tick: NewTick): Promise<number> {
  // Whoever wrote a running one has lost the lease without an end.
  await client.query(`UPDATE ticks SET status = 'died', ended_at = now() WHERE status = 'running'`)
  const inserted = await client.query<{ tick_id: number }>(
    `INSERT INTO ticks (status, as_of, seq, assets, partitions, holder, ended_at)
     VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $1 = 'idle' THEN now() END) RETURNING tick_id`,
    [status, tick.asOf, tick.seq, tick.assets, tick.partitions, JSON.stringify(thisProcess())],
  )
  return inserted.rows[0]!.tick_id
}

async function writeMemory(client: PoolClient, tickId: number, memory: readonly NewMemory[]): Promise<void> {
  if (memory.length === 0) return
  await client.query(
    `WITH given AS (
       SELECT * FROM jsonb_to_recordset($2::jsonb)
         AS g("assetKey" text, memory jsonb, decision jsonb, "isNewDecision" boolean)
     ), decided AS (
       INSERT INTO tick_decisions (tick_id, asset_key, decision)
       SELECT $1, "assetKey", decision FROM given WHERE "isNewDecision"
     )
     INSERT INTO automation_memory (asset_key, memory, decision, decided_by, decided_at)
     SELECT "assetKey", memory, decision, $1, now() FROM given
     ON CONFLICT (asset_key) DO UPDATE SET
       memory = excluded.memory,
       decision = excluded.decision,
       decided_by = CASE WHEN automation_memory.decision = excluded.decision THEN automation_memory.decided_by ELSE $1 END,
       decided_at = CASE WHEN automation_memory.decision = excluded.decision THEN automation_memory.decided_at ELSE now() END`,
    [tickId, JSON.stringify(memory)],
  )
}

/** The newest tick is what the next one begins from, however old. */
async function dropOldTicks(client: PoolClient): Promise<void> {
  await client.query(
    `WITH newest AS (SELECT max(tick_id) AS id FROM ticks)
     DELETE FROM ticks USING newest
     WHERE tick_id < newest.id AND (started_at < now() - make_interval(days => $1) OR tick_id <= newest.id - $2)`,
    [KEEP_DAYS, KEEP_TICKS],
  )
}
