import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadSettings } from '../../../lib/config/index.ts'
import { openPostgres, stopPostgres } from '../../../lib/postgres/index.ts'
import { runCommandLine } from '../../../materializations/cli/run.ts'
import type { CommitPoint } from '../../../materializations/executor/commit-points.ts'
import { openSession, type Session } from '../../../materializations/session.ts'
import { CODE, type Code, FEED, PROJECT } from './world.ts'

const BIN = resolve(import.meta.dirname, '../../../bin/ottok.mjs')

/** What one command line came to. */
export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly environment: string
  readonly now: string
}

export interface ProcessOptions extends RunOptions {
  /** `<point>` or `<point>:<n>`: the process kills itself there. */
  readonly killAt?: CommitPoint | `${CommitPoint}:${number}`
  /** Further environment variables of the process. */
  readonly env?: NodeJS.ProcessEnv
  /** Largest file that the process may write, bytes: beyond it a write fails where it does on a full disk. */
  readonly fileLimit?: number
  /** Its output, or its messages, go to a device that has no space. */
  readonly full?: 'stdout' | 'stderr'
}

/** A project and a home, in which each test has an environment of its own. */
export interface FaultHome {
  readonly home: string
  /** The full name of a test's environment: servers are shared by all homes. */
  fullName(environment: string): string
  /** Puts the project's code in a state. */
  setCode(code: Code): Promise<void>
  /** Replaces one of the project's files. */
  write(file: string, text: string): Promise<void>
  setFeed(days: Readonly<Record<string, unknown>>): Promise<void>
  /** Address of its PostgreSQL, which is started if need be. */
  postgresUrl(): Promise<string>
  /** Starts the built command in a process of its own. */
  start(args: readonly string[], options: ProcessOptions): Started
  /** Runs a command in this process, which spares the start of another where nothing is to happen to it. */
  run(args: readonly string[], options: RunOptions): Promise<Ran>
  /** A session of this process on the same home; the warehouse is free again when it ends. */
  session<T>(options: RunOptions, use: (session: Session) => Promise<T>): Promise<T>
  /** Lines that the outside world has, in order; `attempts` counts the tries too. */
  outbox(environment: string, file?: 'sent' | 'attempts'): Promise<readonly string[]>
  /** Runs of `raw/events` wait while the gate is closed. */
  closeGate(): Promise<void>
  /** Resolves when a run waits at the gate. */
  gateReached(): Promise<void>
  openGate(): Promise<void>
  remove(): Promise<void>
}

export interface Started {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ran>
}

/** `ownPostgres`: the embedded server of the home also in a run of the tests on servers. */
export async function openFaultHome(name: string, options: { ownPostgres?: boolean } = {}): Promise<FaultHome> {
  const root = await realpath(await mkdtemp(join(tmpdir(), `ottok-faults-${name}-`)))
  // The embedded server runs as another user, which must be able to reach its files.
  await chmod(root, 0o755)
  const home = join(root, 'home')
  const definitions = join(root, 'project', 'definitions.ts')
  const files = { ...PROJECT, 'rule.ts': CODE.A, 'package.json': JSON.stringify({ name: 'a-project', type: 'module' }) }
  await mkdir(home)
  await mkdir(dirname(definitions))
  for (const [file, text] of Object.entries(files)) await writeFile(join(dirname(definitions), file), text)
  const setFeed = (days: Readonly<Record<string, unknown>>) => writeFile(join(home, 'feed.json'), JSON.stringify(days))
  await setFeed(FEED)
  const gate = join(home, 'gate')
  const suffix = randomBytes(3).toString('hex')
  // 32 characters at most.
  const fullName = (environment: string) => `${environment.slice(0, 25)}_${suffix}`
  const environmentOf = ({ environment }: RunOptions): NodeJS.ProcessEnv => ({
    ...process.env,
    ...(options.ownPostgres && { DATABASE_URL: '' }),
    OTTOK_HOME: home,
    OTTOK_DEFINITIONS: definitions,
    OTTOK_ENV: fullName(environment),
  })
  const start: FaultHome['start'] = (args, options) => {
    const { killAt, now, fileLimit, full } = options
    const command = [process.execPath, BIN, ...args, '--as-of', now]
    if (fileLimit !== undefined) command.unshift('prlimit', `--fsize=${fileLimit}`)
    if (full !== undefined) command.unshift('sh', '-c', `exec "$0" "$@" ${full === 'stdout' ? 1 : 2}>/dev/full`)
    const child = spawn(command[0]!, command.slice(1), {
      env: { ...environmentOf(options), ...(killAt !== undefined && { OTTOK_KILL_AT: killAt }), ...options.env },
    })
    return { child, ended: endOf(child) }
  }
  return {
    home,
    fullName,
    setCode: (code) => writeFile(join(dirname(definitions), 'rule.ts'), CODE[code]),
    write: (file, text) => writeFile(join(dirname(definitions), file), text),
    setFeed,
    postgresUrl: async () => {
      const postgres = await openPostgres(
        await loadSettings({ home, env: environmentOf({ environment: 'any', now: '' }) }),
      )
      await postgres.close()
      return postgres.url
    },
    start,
    run: (args, options) => runHere([...args, '--as-of', options.now], environmentOf(options)),
    session: async (at, use) => {
      const session = await openSession({
        settings: await loadSettings({ env: environmentOf(at) }),
        definitionsFile: definitions,
        asOf: at.now,
      })
      try {
        return await use(session)
      } finally {
        await session.close()
      }
    },
    outbox: async (environment, file = 'sent') => {
      const path = `${join(home, `outbox-ottok_${fullName(environment)}`)}${file === 'sent' ? '' : '.attempts'}`
      return existsSync(path) ? (await readFile(path, 'utf8')).trim().split('\n') : []
    },
    closeGate: async () => {
      await rm(`${gate}-reached`, { force: true })
      await writeFile(gate, '')
    },
    gateReached: async () => {
      while (!existsSync(`${gate}-reached`)) await sleep(20)
    },
    openGate: () => rm(gate, { force: true }),
    remove: async () => {
      await stopPostgres(home)
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function runHere(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const written = { out: '', err: '' }
  const code = await runCommandLine(args, {
    streams: {
      out: (text) => {
        written.out += text
      },
      err: (text) => {
        written.err += text
      },
      outIsTerminal: false,
      errIsTerminal: false,
      inIsTerminal: false,
    },
    env,
    signal: new AbortController().signal,
  })
  return { code, signal: null, ...written }
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  return new Promise((done) => child.on('close', (code, signal) => done({ code, signal, out, err })))
}
