import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSimulatedSources } from '../../../lib/sources/index.ts'
import type { ArchiveIndex, IndexedDay, Parameters, SourceName } from '../../../lib/sources/simulator/index.ts'
import type { Warehouse } from '../../../lib/warehouse/index.ts'
import { openTestWarehouse, type SmallWorld, simulateSmall, smallParameters } from './world.ts'

const DAYS = 38
const LAST = 10
const size = { users: 150, days: DAYS, seed: 4 }
const forever = new Date('2030-01-01T00:00:00Z')

let clean: SmallWorld
let warehouse: Warehouse
beforeAll(async () => {
  clean = await simulateSmall(size)
  warehouse = await openTestWarehouse()
})
afterAll(() => warehouse.close())

function withFaults(...faults: Parameters['faults']): Promise<SmallWorld> {
  return simulateSmall({ ...size, parameters: { ...smallParameters, faults } })
}

function indexOf(world: SmallWorld, source: SourceName): IndexedDay[] {
  const text = readFileSync(join(world.folder, 'archive', source, 'index.json'), 'utf8')
  return [...(JSON.parse(text) as ArchiveIndex).days]
}

/** Days of a source whose files are the same in both worlds. */
function equalDays(world: SmallWorld, source: SourceName): boolean[] {
  const before = indexOf(clean, source)
  return indexOf(world, source).map(({ sha256 }, nth) => sha256 === before[nth]?.sha256)
}

const untouched = (all: number): boolean[] => Array.from({ length: all }, (_, day) => day < all - LAST)

describe('a fault', () => {
  it('that stops a source leaves its days empty, from its day on, and everything else as it is', async () => {
    const world = await withFaults({ kind: 'stops', source: 'tv_events', lastDays: LAST })
    expect(indexOf(world, 'tv_events').map(({ rows }) => rows > 0)).toEqual(
      indexOf(clean, 'tv_events').map(({ rows }, day) => rows > 0 && day < DAYS - LAST),
    )
    expect(equalDays(world, 'player_events')).not.toContain(false)
    expect(equalDays(world, 'subscriptions')).not.toContain(false)
    const { tv_events: counted, ...others } = world.truth.dirt
    expect(
      Object.keys(counted ?? {}).filter((day) => day > (indexOf(clean, 'tv_events').at(-LAST - 1)?.day ?? '')),
    ).toEqual([])
    const { tv_events: _, ...othersBefore } = clean.truth.dirt
    expect(others).toEqual(othersBefore)
  })

  it('of units and one of tracking change the rows of their days alone', async () => {
    const world = await withFaults(
      { kind: 'milliseconds', lastDays: LAST },
      { kind: 'tracking_bug', platform: 'tv', lastDays: LAST },
    )
    expect(equalDays(world, 'player_events')).toEqual(untouched(DAYS))
    expect(equalDays(world, 'tv_events')).not.toContain(false)
    const days = indexOf(clean, 'player_events').slice(-LAST)
    const totals = async (of: SmallWorld) => {
      const { sources } = await openSimulatedSources(of.folder)
      const { table } = await sources.player_events.read(
        days.map(({ day }) => day),
        forever,
      )
      const [row] = await warehouse.rows<Record<'tvStops' | 'stops' | 'median', number>>(
        `SELECT countIf(platform = 'tv' AND event != 'start') AS tvStops, countIf(platform != 'tv' AND event = 'stop') AS stops,
           medianExactIf(watched_s, platform != 'tv' AND event = 'stop') AS median FROM ${table}`,
        { settings: { output_format_json_quote_64bit_integers: 0 } },
      )
      return row as Record<'tvStops' | 'stops' | 'median', number>
    }
    const [before, after] = [await totals(clean), await totals(world)]
    expect(before.tvStops).toBeGreaterThan(100)
    expect(after.tvStops).toBe(0)
    // Rows that are lost draw no luck: those of other platforms stay as they were.
    expect(after.stops).toBe(before.stops)
    expect(after.median / before.median).toBeCloseTo(1000, -1)
    for (const { day } of days) {
      const { delivered, duplicates, malformed } = world.truth.dirt.player_events?.[day] ?? {
        delivered: 0,
        duplicates: 0,
        malformed: 0,
      }
      // Whoever watched for more than 86 seconds is said to have watched for more than a day.
      expect(malformed / delivered).toBeGreaterThan(0.2)
      expect(delivered).toBeGreaterThanOrEqual(duplicates + malformed)
    }
  })

  it('of lateness moves the arrivals of its days and no row to another day', async () => {
    const world = await withFaults({ kind: 'late', source: 'player_events', days: 3, lastDays: LAST })
    expect(equalDays(world, 'player_events')).toEqual(untouched(DAYS))
    const [before, after] = [indexOf(clean, 'player_events').slice(-LAST), indexOf(world, 'player_events').slice(-LAST)]
    for (const [nth, { rows, arrivals }] of after.entries()) {
      expect(rows).toBe(before[nth]?.rows)
      const [first, firstBefore] = [arrivals[0], before[nth]?.arrivals[0]]
      expect((first?.[0] ?? 0) - (firstBefore?.[0] ?? 0)).toBe(3 * 96)
    }
    expect(equalDays(world, 'subscriptions')).not.toContain(false)
  })
})
