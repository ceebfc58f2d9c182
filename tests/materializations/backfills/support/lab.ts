import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadSettings } from '../../../../lib/config/index.ts'
import { openPostgres } from '../../../../lib/postgres/index.ts'
import type { BackfillReport } from '../../../../materializations/backfills/report.ts'
import { NOW } from '../../cli/shop.ts'
import { ended, openShop, type Ran, type ShopCli } from '../../cli/shop-cli.ts'

const BIN = resolve(import.meta.dirname, '../../../../bin/ottok.mjs')

/** A graph of small values: `chain/a0` -> `chain/a1` -> ..., a partition a day, every second edge over two days. */
export interface Chain {
  readonly assets: number
  /** First day; the last that exists is 2026-03-04. */
  readonly start: string
  /** Text in every value: another is another code. */
  readonly mark?: string
  /** Text after the last asset's: more assets and the end of the file. */
  readonly more?: string
}

/** The files of a chain's project. Each making of a partition is a line in `made`; `boom` names days that fail; a run
 * that comes to the day that `gate` names waits until the file is gone, and says so in `gate-reached`. */
export function chainFiles({ assets, start, mark = 'A', more = '' }: Chain): Record<string, string> {
  return {
    'definitions.ts': `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { asset, daily, defineGraph, effectAsset, through, trailing, value } from 'ottok'

const days = daily({ start: '${start}', timezone: 'Europe/Moscow' })
const lines = (file) => (existsSync(file) ? readFileSync(file, 'utf8').split('\\n') : [])
const make = (name, mark) => async ({ partition, resources: { home }, signal }) => {
  while (lines(home + '/gate').includes(name + '@' + partition.key)) {
    writeFileSync(home + '/gate-reached', '')
    await sleep(10, undefined, { signal })
  }
  if (lines(home + '/boom').includes(name + '@' + partition.key)) throw new Error(name + ' cannot be made on ' + partition.key)
  appendFileSync(home + '/made', name + '@' + partition.key + '\\n')
  return { kind: 'value', value: name + partition.key + mark }
}
const all = []
for (let i = 0; i < ${assets}; i++) {
  const before = all.at(-1)
  all.push(
    asset({
      key: 'chain/a' + i,
      partitions: days,
      deps: before ? { before: i % 2 === 0 ? through(before, trailing({ days: 2 })) : before } : {},
      store: value,
      params: { i, mark: '${mark}' },
      materialize: make('a' + i, '${mark}'),
    }),
  )
}
${more}
export default defineGraph({ assets: all, resources: ({ home }) => ({ home }) })
`,
  }
}

export interface Process {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ran & { readonly signal: NodeJS.Signals | null }>
}

/** A project with the command line on it. */
export interface Lab extends ShopCli {
  /** Starts the built command as a process of its own. */
  spawn(args: readonly string[], env?: NodeJS.ProcessEnv): Process
  /** `asset@day` of each making, in order. */
  made(): Promise<readonly string[]>
  forgetMade(): Promise<void>
  /** Makes `asset@day` fail from now on; none: all succeed again. */
  boom(...partitions: readonly string[]): Promise<void>
  /** Runs wait when they come to one of `asset@day`; none: they go on. */
  gate(...partitions: readonly string[]): Promise<void>
  gateReached(process: Process): Promise<void>
  show(id: string): Promise<BackfillReport>
  /** A statement on the lineage's schema. */
  query<T extends object>(sql: string, values?: readonly unknown[]): Promise<T[]>
}

/** `files`: of a chain, or of a project that writes its own makings down. */
export async function openLab(files: Readonly<Record<string, string>>): Promise<Lab> {
  const shop = await openShop(files)
  const file = (name: string) => join(shop.home, name)
  const write = (name: string, partitions: readonly string[]) => writeFile(file(name), partitions.join('\n'))
  return {
    ...shop,
    spawn: (args, env = {}) => {
      const child = spawn(process.execPath, [BIN, ...args, '--as-of', NOW], { env: { ...shop.env, ...env } })
      const closed = new Promise<NodeJS.Signals | null>((done) => child.on('close', (_, signal) => done(signal)))
      return { child, ended: Promise.all([ended(child), closed]).then(([ran, signal]) => ({ ...ran, signal })) }
    },
    made: async () => {
      if (!existsSync(file('made'))) return []
      return (await readFile(file('made'), 'utf8')).trim().split('\n')
    },
    forgetMade: () => rm(file('made'), { force: true }),
    boom: (...partitions) => write('boom', partitions),
    gate: async (...partitions) => {
      await rm(file('gate-reached'), { force: true })
      await write('gate', partitions)
    },
    gateReached: async ({ child, ended }) => {
      while (!existsSync(file('gate-reached'))) {
        if (child.exitCode !== null) throw new Error((await ended).err)
        await sleep(20)
      }
    },
    show: (id) => shop.json<BackfillReport>(['backfill', 'show', id]),
    query: async <T extends object>(sql: string, values: readonly unknown[] = []) => {
      const postgres = await openPostgres(await loadSettings({ env: shop.env }))
      try {
        return await postgres.transaction(async (client) => {
          await client.query(`SET LOCAL search_path TO "ottok_${shop.env.OTTOK_ENV}"`)
          return (await client.query<T>(sql, [...values])).rows
        })
      } finally {
        await postgres.close()
      }
    },
  }
}

/** Partitions that were made more than once, each with how often. */
export function repeated(made: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const one of made) counts.set(one, (counts.get(one) ?? 0) + 1)
  return Object.fromEntries([...counts].filter(([, count]) => count > 1))
}
