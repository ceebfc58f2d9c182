import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultHome, openFaultHome, type ProcessOptions, type Ran, type Started } from './home.ts'
import { DAY_5 } from './world.ts'

const PRELOADED = resolve(import.meta.dirname, 'another-machine.mjs')

/** No table among them: nothing but PostgreSQL keeps two machines apart. */
const DEFINITIONS = `
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { asset, daily, defineGraph, effectAsset, objects, published, value } from 'ottok'

const days = daily({ start: '2026-03-01', timezone: 'Europe/Moscow' })
const say = ({ shared }, text) => appendFileSync(join(shared, 'made'), text + '\\n')

const files = asset({
  key: 'm/files',
  partitions: days,
  store: objects({ extension: 'txt' }),
  async materialize({ partition, resources, signal, log }) {
    while (existsSync(join(resources.shared, 'gate'))) {
      writeFileSync(join(resources.shared, 'gate-reached'), '')
      await sleep(20, undefined, { signal })
    }
    say(resources, 'm/files@' + partition.key)
    log.info('made ' + partition.key)
    return { kind: 'bytes', bytes: new TextEncoder().encode(partition.key) }
  },
})
const sizes = asset({
  key: 'm/sizes',
  partitions: days,
  deps: { files },
  store: value,
  range: 3,
  async materialize({ inputs, resources }) {
    const outputs = new Map()
    for (const file of inputs.files.partitions) {
      say(resources, 'm/sizes@' + file.partition)
      outputs.set(file.partition, { kind: 'value', value: (await file.bytes()).length })
    }
    return { kind: 'each', outputs }
  },
})
const mart = asset({
  key: 'm/mart',
  partitions: days,
  deps: { sizes },
  store: published({
    schema: 'machines',
    table: 'sizes',
    comment: 'Sizes of files.',
    columns: [
      { name: 'day', type: 'date', comment: 'Day.' },
      { name: 'size', type: 'bigint', comment: 'Bytes.' },
    ],
    key: ['day'],
  }),
  async materialize({ inputs, partition, resources }) {
    say(resources, 'm/mart@' + partition.key)
    return { kind: 'rows', rows: [[partition.date, inputs.sizes.only().value()]] }
  },
})
const mail = effectAsset({
  key: 'm/mail',
  partitions: days,
  deps: { mart },
  async act({ partition, resources }) {
    say(resources, 'm/mail@' + partition.key)
    return {}
  },
})

export default defineGraph({
  assets: [files, sizes, mart, mail],
  resources: ({ home }) => ({ shared: join(home, 'shared') }),
})
`

const DAYS = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04']

/** What is made of an empty environment, each of it once. */
export const EVERYTHING_ONCE = [
  'm/mail@2026-03-04',
  ...['m/files', 'm/sizes', 'm/mart'].flatMap((key) => DAYS.map((day) => `${key}@${day}`)),
].sort()

export interface Machine {
  /** Milliseconds that its clock is ahead. */
  readonly clockShiftMs?: number
}

/** Two machines with a home each, one PostgreSQL and one object store. */
export interface Machines {
  /** Starts a command on a machine; both have the definitions. */
  start(
    machine: 'a' | 'b',
    args: readonly string[],
    options: Machine & Pick<ProcessOptions, 'environment' | 'env'>,
  ): Started
  /** `key@partition` of all that was made in any environment since the last look, sorted. */
  made(): Promise<readonly string[]>
  closeGate(): Promise<void>
  gateReached(): Promise<void>
  openGate(): Promise<void>
  query<T extends object>(environment: string, sql: string): Promise<readonly T[]>
  remove(): Promise<void>
}

export async function openMachines(name: string): Promise<Machines> {
  const world: FaultHome = await openFaultHome(name)
  await world.write('definitions.ts', DEFINITIONS)
  const postgres = await world.postgresUrl()
  const shared = join(world.home, 'shared')
  const other = `${world.home}-b`
  await mkdir(shared)
  await mkdir(join(world.home, 'objects'))
  await mkdir(other)
  // Mounted on both, as S3 is in a run of the tests on servers.
  for (const folder of ['shared', 'objects']) await symlink(join(world.home, folder), join(other, folder))
  const file = (of: string) => join(shared, of)
  return {
    start: (machine, args, { environment, env, clockShiftMs = 0 }) =>
      world.start(args, {
        environment,
        now: DAY_5,
        env: {
          DATABASE_URL: postgres,
          OTTOK_HOME: machine === 'a' ? world.home : other,
          NODE_OPTIONS: `--import=${PRELOADED}`,
          OTTOK_TEST_HOST: `machine-${machine}`,
          OTTOK_TEST_CLOCK_SHIFT_MS: String(clockShiftMs),
          ...env,
        },
      }),
    made: async () => {
      const text = existsSync(file('made')) ? await readFile(file('made'), 'utf8') : ''
      await rm(file('made'), { force: true })
      return text
        .split('\n')
        .filter((line) => line !== '')
        .sort()
    },
    closeGate: async () => {
      await rm(file('gate-reached'), { force: true })
      await writeFile(file('gate'), '')
    },
    gateReached: async () => {
      while (!existsSync(file('gate-reached'))) await sleep(20)
    },
    openGate: () => rm(file('gate'), { force: true }),
    query: <T extends object>(environment: string, sql: string) =>
      world.session({ environment, now: DAY_5 }, ({ lineage }) => lineage.query<T>(sql)),
    remove: () => world.remove(),
  }
}

export interface RunJson {
  readonly status: string
  readonly steps: readonly { readonly key: string; readonly status: string; readonly skippedBecause?: string }[]
}

/** Requires that a run came to an end, and that whatever it did not make was being made by another run. */
export function refusals({ out }: Ran): readonly string[] {
  const { steps } = JSON.parse(out) as RunJson
  return steps.flatMap(({ status, skippedBecause = '' }) =>
    status === 'succeeded' || skippedBecause === 'inputs unchanged' ? [] : [`${status}: ${skippedBecause}`],
  )
}
