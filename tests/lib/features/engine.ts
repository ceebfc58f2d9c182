import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import { createChdbConnection } from 'chdb/connection'
import { type ChangeRow, changeLogDdl } from '../../../lib/features/labels/change-log.ts'

/** A chDB of its own in a temporary folder. One per process: open it in a test file's beforeAll. */
export interface Engine {
  command(sql: string): Promise<void>
  rows<T>(sql: string, params?: Record<string, unknown>): Promise<T[]>
  insert(table: string, rows: readonly object[]): Promise<void>
  close(): Promise<void>
}

export async function openEngine(): Promise<Engine> {
  const path = mkdtempSync(join(tmpdir(), 'ottok-features-'))
  const client = createClient({ connection: createChdbConnection({ path }) as never })
  return {
    async command(sql) {
      await client.command({ query: sql })
    },
    async rows<T>(query: string, query_params: Record<string, unknown> = {}) {
      const result = await client.query({ query, query_params, format: 'JSONEachRow' })
      return (await result.json()) as T[]
    },
    async insert(table, values) {
      await client.insert({ table, values, format: 'JSONEachRow' })
    },
    async close() {
      await client.close()
      rmSync(path, { recursive: true })
    },
  }
}

/** Makes `table` hold exactly `changes`. */
export async function loadChanges(engine: Engine, table: string, changes: readonly ChangeRow[]): Promise<void> {
  await engine.command(`DROP TABLE IF EXISTS ${table}`)
  await engine.command(`CREATE TABLE ${table} (${changeLogDdl()}) ENGINE = MergeTree ORDER BY (user_id, known_at)`)
  await engine.insert(table, changes)
}
