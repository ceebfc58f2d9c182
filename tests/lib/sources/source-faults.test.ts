import { beforeAll, describe, expect, it } from 'vitest'
import { openSimulatedSources, type SimulatedSources } from '../../../lib/sources/index.ts'
import type { Fault } from '../../../lib/sources/simulator/turns.ts'
import { type SmallWorld, simulateSmall, smallParameters } from './world.ts'

const forever = new Date('2030-01-01T00:00:00Z')
const DAYS = 30
/** All of them begin with the last ten days. */
const faults: readonly Fault[] = [
  { kind: 'stops', source: 'app_events', lastDays: 10 },
  { kind: 'late', source: 'tv_events', days: 3, lastDays: 10 },
  { kind: 'device_class', name: 'hologram', share: 0.5, lastDays: 10 },
  { kind: 'identity', share: 0.6, lastDays: 10 },
]
let well: SmallWorld
let faulty: SmallWorld
let sources: Record<'well' | 'faulty', SimulatedSources['sources']>

beforeAll(async () => {
  const size = { users: 250, days: DAYS, parameters: { ...smallParameters, burnInDays: 20 } }
  well = await simulateSmall(size)
  faulty = await simulateSmall({ ...size, parameters: { ...size.parameters, faults } })
  const open = async (world: SmallWorld) => (await openSimulatedSources(world.folder)).sources
  sources = { well: await open(well), faulty: await open(faulty) }
})

const day = (index: number): string =>
  new Date(Date.parse(well.world.start) + index * 86_400_000).toISOString().slice(0, 10)

async function lines(
  world: 'well' | 'faulty',
  source: 'web_events' | 'tv_events' | 'app_events',
  first: number,
  last: number,
) {
  const texts: string[] = []
  for (let index = first; index <= last; index += 1) {
    texts.push(
      ...Buffer.from(await sources[world][source].payload(day(index), forever))
        .toString('utf8')
        .trimEnd()
        .split('\n'),
    )
  }
  return texts
}

/** Fields of the lines that are JSON. */
async function sets(world: 'well' | 'faulty', first: number, last: number): Promise<Record<string, string>[]> {
  const found = await lines(world, 'tv_events', first, last)
  return found.flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as Record<string, string>] : []))
}

describe('faults of sources', () => {
  it('leave all days before them as they were', async () => {
    for (const source of ['web_events', 'tv_events', 'app_events'] as const) {
      expect(await lines('faulty', source, 0, 18), source).toEqual(await lines('well', source, 0, 18))
    }
    expect(faulty.rows.player_events).toBe(well.rows.player_events)
  })

  it('stop a source', () => {
    const dirt = faulty.truth.dirt.app_events ?? {}
    const deliveredFrom = (from: number): number =>
      Array.from({ length: DAYS - from }, (_, i) => dirt[day(from + i)]?.delivered ?? 0).reduce((sum, n) => sum + n, 0)
    const before = well.truth.dirt.app_events?.[day(25)]?.delivered ?? 0
    expect(before).toBeGreaterThan(10)
    expect(deliveredFrom(20)).toBe(0)
  })

  it('delay a source by whole days', async () => {
    const lags = (rows: Record<string, string>[]): number[] =>
      rows
        .map((row) => (Date.parse(row.received_at as string) - Date.parse(row.event_time as string)) / 86_400_000)
        .filter((lag) => Math.abs(lag) < 20)
        .sort((a, b) => a - b)
    const [usual, late] = [lags(await sets('well', 21, 29)), lags(await sets('faulty', 21, 29))]
    expect(usual[usual.length >> 1]).toBeLessThan(0.1)
    expect(late[late.length >> 1]).toBeGreaterThan(3)
    expect(late[late.length >> 1]).toBeLessThan(3.1)
  })

  it('let the same half of the sets call itself by a new class', async () => {
    const classes = new Map<string, Set<string>>()
    for (const { device_id = '', device_class = '' } of await sets('faulty', 20, 29)) {
      classes.set(device_id, (classes.get(device_id) ?? new Set()).add(device_class))
    }
    expect([...classes.values()].filter(({ size }) => size > 1)).toEqual([])
    const renamed = [...classes.values()].filter((names) => names.has('hologram')).length / classes.size
    expect(renamed).toBeGreaterThan(0.3)
    expect(renamed).toBeLessThan(0.7)
  })

  it('mix up who signed in', async () => {
    const users = async (world: 'well' | 'faulty'): Promise<string[]> =>
      (await lines(world, 'web_events', 21, 29)).flatMap((line) => /\['(u\d{7})'\]/.exec(line)?.[1] ?? [])
    const [right, mixed] = [await users('well'), await users('faulty')]
    expect(mixed.length).toBeGreaterThan(0.7 * right.length)
    const counts = (some: string[]): Map<string, number> => {
      const byUser = new Map<string, number>()
      for (const user of some) byUser.set(user, (byUser.get(user) ?? 0) + 1)
      return byUser
    }
    const known = counts(right)
    const strangers = mixed.filter((user) => !known.has(user)).length
    expect(strangers / mixed.length).toBeGreaterThan(0.2)
  })
})
