import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChangeRow, changeLogColumns, changeLogDdl } from '../../../lib/features/labels/change-log.ts'
import { openWarehouse } from '../../../lib/warehouse/index.ts'

/** A warehouse of its own in a temporary folder. One per process: open it in a test file's beforeAll. */
export interface Engine {
  command(sql: string): Promise<void>
  rows<T>(sql: string, params?: Record<string, unknown>): Promise<T[]>
  insert(table: string, rows: readonly object[]): Promise<void>
  close(): Promise<void>
}

export async function openEngine(): Promise<Engine> {
  const home = mkdtempSync(join(tmpdir(), 'ottok-features-'))
  const warehouse = await openWarehouse({ home, environment: 'test', maxMemory: 2_000_000_000 })
  return {
    command: (sql) => warehouse.command(sql),
    rows: (sql, params = {}) => warehouse.rows(sql, { params }),
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {})
      await warehouse.insertRows(
        table,
        columns,
        rows.map((row) => Object.values(row)),
      )
    },
    async close() {
      await warehouse.close()
      rmSync(home, { recursive: true })
    },
  }
}

/** Makes `table` hold exactly `changes`. */
export async function loadChanges(engine: Engine, table: string, changes: readonly ChangeRow[]): Promise<void> {
  await engine.command(`DROP TABLE IF EXISTS ${table}`)
  await engine.command(`CREATE TABLE ${table} (${changeLogDdl()}) ENGINE = MergeTree ORDER BY (user_id, known_at)`)
  const names = changeLogColumns.map(({ name }) => name)
  await engine.insert(
    table,
    changes.map((row) => Object.fromEntries(names.map((name) => [name, row[name]]))),
  )
}
