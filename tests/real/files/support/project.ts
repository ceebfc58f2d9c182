/** A home of its own for a graph on delivered files, and the real command line on it. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { loadSettings } from '../../../../lib/config/index.ts'
import { removePostgres } from '../../../../lib/postgres/index.ts'
import { openSession, type Session } from '../../../../materializations/session.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')

/** Real data, which are no part of the repository: beside it, or where a variable says. */
export interface DataSet {
  /** Name of its folder, and of its graph's under tests/real. */
  readonly name: string
  readonly graph: string
  /** Variable by which its graph finds it. */
  readonly variable: string
  /** Files that the graph reads. */
  readonly files: readonly string[]
}

export function folderOf({ name, variable }: DataSet): string {
  return resolve(process.env[variable] ?? join(ROOT, '../shared/data', name))
}

/** Why the tests of a data set cannot run; undefined when all of its files are there. */
export function missing(data: DataSet): string | undefined {
  const folder = folderOf(data)
  const absent = data.files.filter((file) => !existsSync(join(folder, file)))
  return absent.length === 0 ? undefined : `there is no ${absent.join(', ')} in ${folder}`
}

export interface Run {
  readonly runId: string | null
  readonly status: string
  readonly steps: readonly { readonly key: string; readonly partition: string; readonly status: string }[]
}

export interface Project {
  /** Runs a command at a moment; gives the JSON document that it prints. */
  json<T>(asOf: string, ...args: string[]): Promise<T>
  /** Rows of a query on tables of the warehouse, named by their assets as in `{raw/events}`; whole numbers as numbers. */
  rows<T extends object>(sql: string): Promise<T[]>
  /** Data versions of an asset by partition, as recorded. */
  versions(key: string): Promise<Map<string, string>>
  /** Delivers a file of these lines instead of the one that was there. */
  deliver(file: string, lines: readonly string[]): Promise<void>
  remove(): Promise<void>
}

export async function openProject(data: DataSet): Promise<Project> {
  const home = await mkdtemp(join(tmpdir(), `ottok-${data.graph}-`))
  // The embedded PostgreSQL runs as another user where this one is root.
  await chmod(home, 0o755)
  const folder = join(home, 'delivered')
  await mkdir(folder)
  for (const file of data.files) await cp(join(folderOf(data), file), join(folder, file))
  const environment = `${data.graph}_${randomBytes(6).toString('hex')}`
  const env = { ...process.env, OTTOK_HOME: home, OTTOK_ENV: environment, [data.variable]: folder }
  const definitionsFile = join(ROOT, 'tests/real', data.graph, 'definitions.ts')
  const text = (asOf: string, args: readonly string[]): Promise<string> => {
    const line = [join(ROOT, 'bin/ottok.mjs'), '--definitions', definitionsFile, '--as-of', asOf, ...args]
    return new Promise((done, fail) => {
      execFile(process.execPath, line, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        if (error) fail(new Error(`ottok ${args.join(' ')} exited with ${error.code}:\n${stderr}`))
        else done(stdout)
      })
    })
  }
  // One process at a time may have the warehouse open: what asks keeps it until the next command.
  let session: Session | undefined
  const opened = async (): Promise<Session> => {
    session ??= await openSession({ settings: await loadSettings({ env }), definitionsFile })
    return session
  }
  const leave = async (): Promise<void> => {
    await session?.close()
    session = undefined
  }
  return {
    json: async <T>(asOf: string, ...args: string[]) => {
      await leave()
      return JSON.parse(await text(asOf, [...args, '--json'])) as T
    },
    rows: async <T extends object>(sql: string) => {
      const { lineage, stores } = await opened()
      const made = await lineage.query<{ key: string; table: string }>(
        `SELECT asset_key AS key, min(location->>'table') AS "table" FROM materializations GROUP BY 1`,
      )
      const tables = new Map(made.map(({ key, table }) => [key, table]))
      const engine = await stores.warehouse()
      return engine.rows<T>(
        `${sql.replace(/\{([a-z_/]+)\}/g, (_, key: string) => tables.get(key)!)}
        SETTINGS output_format_json_quote_64bit_integers = 0`,
      )
    },
    versions: async (key) => {
      const { lineage } = await opened()
      const states = await lineage.query<{ partition: string; version: string }>(
        'SELECT partition, data_version AS version FROM v_current WHERE asset_key = $1',
        [key],
      )
      return new Map(states.map(({ partition, version }) => [partition, version]))
    },
    deliver: (file, lines) => writeFile(join(folder, file), gzipSync(`${lines.join('\n')}\n`)),
    remove: async () => {
      await leave()
      await removePostgres(home)
      await rm(home, { recursive: true, force: true })
    },
  }
}
