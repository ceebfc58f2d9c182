import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startPostgres15 } from '../../standins/postgres-15.ts'
import { measuredChild, type Took } from '../measured-child.ts'
import { type PythonPeer, startPython, virtualEnvironment } from '../peer-python.ts'
import { writeProject } from './ottok-project.ts'
import type { Shape } from './shape.ts'
import { COUNTING, openStorage, type Storage } from './storage.ts'

const REQUIREMENTS = ['dagster==1.13.27', 'dagster-postgres==0.29.27']

/** Both sides on one PostgreSQL 15, a database each, and a folder that goes away with them. */
export interface Arena {
  /** The rival's name and version. */
  readonly peer: string
  readonly ours: Storage
  readonly theirs: Storage
  /** Environment of our command line. */
  readonly env: NodeJS.ProcessEnv
  /** (Over)writes our project; the path of its definitions. */
  project(shape: Shape): Promise<string>
  /** Runs our command line in a process of its own; its JSON answer comes along. */
  ottok<T>(definitions: string, args: readonly string[]): Promise<Took & { readonly answer: T }>
  /** Calls a function of peer_dagster.py in a process of its own. */
  dagster<T>(shape: Shape, name: string, args?: object, tuning?: Tuning): Promise<Took & { readonly answer: T }>
  /** Runs Dagster's own command line. */
  dagsterCommand(shape: Shape, args: readonly string[]): Promise<Took>
  /** A process of Dagster's that stays: what is asked of it pays no start and no loading of definitions. */
  stayingDagster(shape: Shape): Promise<PythonPeer>
  close(): Promise<void>
}

/** Switches of Dagster that are off as it comes: connections kept open, events of a step written together. */
export type Tuning = 'as shipped' | 'tuned'

const TUNED = { BENCH_POOLED: '1', DAGSTER_EVENT_BATCH_SIZE: '1000' }

export async function openArena(): Promise<Arena> {
  const folder = await mkdtemp(join(tmpdir(), 'ottok-bench-graph-'))
  await chmod(folder, 0o755)
  const python = await virtualEnvironment(REQUIREMENTS)
  const server = await startPostgres15(COUNTING)
  const ours = await openStorage(server.url, 'ottok')
  const theirs = await openStorage(server.url, 'dagster')
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DATABASE_URL: ours.url,
    OTTOK_HOME: join(folder, 'home'),
  }
  const peerEnv = await dagsterHome(join(folder, 'dagster'), theirs.url)
  const shapeEnv = (shape: Shape) => ({ ...peerEnv, BENCH_SHAPE: JSON.stringify(shape) })

  const dagster = async <T>(shape: Shape, name: string, args: object = {}, tuning: Tuning = 'as shipped') => {
    const command = [python, resolve('tests/bench/peer_dagster.py'), name, JSON.stringify(args)]
    const took = await measuredChild(command, { ...shapeEnv(shape), ...(tuning === 'tuned' ? TUNED : {}) })
    const answer = JSON.parse(took.stdout) as { result: T } | { error: string }
    if ('error' in answer) throw new Error(`peer_dagster.py, ${name}: ${answer.error}`)
    return { ...took, answer: answer.result }
  }
  const close = async () => {
    await ours.close()
    await theirs.close()
    await server.stop()
    await rm(folder, { recursive: true })
  }
  try {
    const empty: Shape = { layers: 1, width: 1, partitions: null, rootVersion: '1', singleRun: false }
    const { answer: versions } = await dagster<{ dagster: string }>(empty, 'versions')
    return {
      peer: `Dagster ${versions.dagster}`,
      ours,
      theirs,
      env,
      project: (shape) => writeProject(join(folder, 'project'), shape),
      async ottok<T>(definitions: string, args: readonly string[]) {
        const options = ['--env', 'bench', '--json', '--quiet', '--yes', '--definitions', definitions]
        const took = await measuredChild([process.execPath, resolve('bin/ottok.mjs'), ...args, ...options], env)
        return { ...took, answer: JSON.parse(took.stdout) as T }
      },
      dagster,
      dagsterCommand: (shape, args) => measuredChild([python, '-m', 'dagster', ...args], shapeEnv(shape)),
      stayingDagster: (shape) => startPython('peer_dagster.py', REQUIREMENTS, { ...shapeEnv(shape), ...TUNED }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** A Dagster home that keeps everything in PostgreSQL, captures no console output of steps, and calls nobody. */
async function dagsterHome(home: string, url: string): Promise<NodeJS.ProcessEnv> {
  await mkdir(home)
  const lines = [
    'storage:',
    '  postgres:',
    // SQLAlchemy's own choice would be a driver that dagster-postgres does not install.
    `    postgres_url: ${JSON.stringify(url.replace('postgresql://', 'postgresql+psycopg2://'))}`,
    'compute_logs:',
    '  module: dagster._core.storage.noop_compute_log_manager',
    '  class: NoOpComputeLogManager',
    'telemetry:',
    '  enabled: false',
    '',
  ]
  await writeFile(join(home, 'dagster.yaml'), lines.join('\n'))
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DAGSTER_HOME: home,
    DAGSTER_DISABLE_TELEMETRY: 'yes',
    PYTHONWARNINGS: 'ignore',
  }
}
