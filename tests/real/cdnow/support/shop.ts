import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { loadSettings } from '../../../../lib/config/index.ts'
import { openSession } from '../../../../materializations/session.ts'
import { LOG_NAME, packed } from './purchase-log.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')
const DEFINITIONS = join(ROOT, 'tests/real/cdnow/definitions.ts')

/** A home of its own with a log of its own, and the real command line on them. */
export interface Shop {
  /** Puts a log of these lines in the place where the graph looks for it. */
  setLog(lines: readonly string[]): Promise<void>
  /** Runs a command; gives the JSON document that it prints, or its text with `text`. */
  json<T>(asOf: string, ...args: string[]): Promise<T>
  text(asOf: string, ...args: string[]): Promise<string>
  /** Rows of a query on the table of an asset in the warehouse, `{table}` in the SQL. */
  warehouse<T>(key: string, sql: string): Promise<T[]>
  /** Rows of a query on PostgreSQL, `{mart}` standing for the published schema. */
  postgres<T extends object>(sql: string): Promise<T[]>
  remove(): Promise<void>
}

export async function openShop(): Promise<Shop> {
  const home = await mkdtemp(join(tmpdir(), 'ottok-cdnow-'))
  // The embedded PostgreSQL runs as another user where this one is root.
  await chmod(home, 0o755)
  const environment = `cdnow_${randomBytes(6).toString('hex')}`
  const env = { ...process.env, OTTOK_HOME: home, OTTOK_ENV: environment, CDNOW_DIR: home }
  const text: Shop['text'] = (asOf, ...args) => {
    const line = [join(ROOT, 'bin/ottok.mjs'), '--definitions', DEFINITIONS, '--as-of', asOf, ...args]
    return new Promise((done, fail) => {
      execFile(process.execPath, line, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        if (error) fail(new Error(`ottok ${args.join(' ')} exited with ${error.code}:\n${stderr}`))
        else done(stdout)
      })
    })
  }
  return {
    text,
    json: async <T>(asOf: string, ...args: string[]) => JSON.parse(await text(asOf, ...args, '--json')) as T,
    setLog: (lines) => writeFile(join(home, LOG_NAME), packed(lines)),
    warehouse: async <T>(key: string, sql: string) => {
      const session = await openSession({ settings: await loadSettings({ env }), definitionsFile: DEFINITIONS })
      try {
        const [made] = await session.lineage.query<{ table: string }>(
          `SELECT location->>'table' AS "table" FROM materializations WHERE asset_key = $1 LIMIT 1`,
          [key],
        )
        const engine = await session.stores.warehouse()
        return await engine.rows<T>(sql.replaceAll('{table}', made!.table))
      } finally {
        await session.close()
      }
    },
    postgres: async <T extends object>(sql: string) => {
      const client = new pg.Client((await text('1998-07-01', 'url', 'postgres')).trim())
      await client.connect()
      try {
        return (await client.query<T>(sql.replaceAll('{mart}', `cdnow_${environment}`))).rows
      } finally {
        await client.end()
      }
    },
    remove: async () => {
      await text('1998-07-01', 'down')
      await rm(home, { recursive: true, force: true })
    },
  }
}
