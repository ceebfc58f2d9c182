import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { removePostgres } from '../../../lib/postgres/index.ts'
import { runCommandLine } from '../../../materializations/cli/run.ts'
import { type Project, project } from '../definitions/project.ts'
import { FEED, NOW, SHOP } from './shop.ts'

const BIN = resolve(import.meta.dirname, '../../../bin/ottok.mjs')

/** What one command line came to. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A project with a home of its own, and the command line on it. */
export interface ShopCli {
  readonly project: Project
  readonly home: string
  /** Environment variables that name the project, its home and a new environment. */
  readonly env: NodeJS.ProcessEnv
  /** Runs a command within this process; `options.now` replaces the clock. */
  run(
    args: readonly string[],
    options?: { readonly now?: string; readonly env?: NodeJS.ProcessEnv | undefined },
  ): Promise<Ran>
  /** Runs a command with `--json` and gives the one document that it must print. */
  json<T>(args: readonly string[], options?: { readonly now?: string; readonly code?: number }): Promise<T>
  /** Starts the built command as a process. */
  start(args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcessWithoutNullStreams
  setFeed(days: Readonly<Record<string, unknown>>): Promise<void>
  remove(): Promise<void>
}

export async function openShop(files: Readonly<Record<string, string>> = SHOP): Promise<ShopCli> {
  const made = await project(files)
  const home = join(made.root, 'home')
  await mkdir(home)
  const env = {
    ...process.env,
    OTTOK_HOME: home,
    OTTOK_DEFINITIONS: join(made.root, 'definitions.ts'),
    OTTOK_ENV: `cli_${randomBytes(6).toString('hex')}`,
  }
  const run: ShopCli['run'] = async (args, options = {}) => {
    let out = ''
    let err = ''
    const code = await runCommandLine([...args, '--as-of', options.now ?? NOW], {
      streams: {
        out: (text) => {
          out += text
        },
        err: (text) => {
          err += text
        },
        outIsTerminal: false,
        errIsTerminal: false,
        inIsTerminal: false,
      },
      env: { ...env, ...options.env },
      signal: new AbortController().signal,
    })
    return { code, out, err }
  }
  const setFeed = (days: Readonly<Record<string, unknown>>) => writeFile(join(home, 'feed.json'), JSON.stringify(days))
  await setFeed(FEED)
  return {
    project: made,
    home,
    env,
    run,
    json: async <T>(args: readonly string[], options: { readonly now?: string; readonly code?: number } = {}) => {
      const ran = await run([...args, '--json'], options)
      if (ran.code !== (options.code ?? 0))
        throw new Error(`${args.join(' ')} exited with ${ran.code}: ${ran.err}${ran.out}`)
      return JSON.parse(ran.out) as T
    },
    start: (args, more = {}) => spawn(process.execPath, [BIN, ...args, '--as-of', NOW], { env: { ...env, ...more } }),
    setFeed,
    remove: async () => {
      await removePostgres(home)
      await made.remove()
    },
  }
}

/** Waits for a process to end, and gives all that it wrote. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)))
  return { code, out, err }
}
