import fc from 'fast-check'
import { expect, test } from 'vitest'
import { daily, existingPartitions, partitionKey, partitionSpace, sets } from '../../../lib/graph/index.ts'
import { AssetState } from '../../../materializations/planner/asset-state.ts'
import { combinedText, countOf, isCombined, memberHash } from '../../../materializations/planner/combined-version.ts'
import type { PartitionRecord } from '../../../materializations/planner/recorded.ts'
import { VersionIndex } from '../../../materializations/planner/version-index.ts'
import { recordedAsset } from './support/recorded.ts'

const member = fc.record({ time: fc.integer({ min: 10, max: 29 }), data: fc.constantFrom('a', 'b', 'c') })
const members = fc.uniqueArray(member, { selector: ({ time }) => time })

function textOf(index: VersionIndex, from: number, to: number): string {
  const lanes = new Uint32Array(4)
  return combinedText(index.accumulate(from, to, lanes), lanes)
}

/** The same in plain BigInt arithmetic: lanes are summed apart, each modulo 2^32. */
function plainText(list: readonly { time: number; data: string }[], from: number, to: number): string {
  const inside = list.filter(({ time }) => time >= from && time < to)
  const lanes = [0n, 0n, 0n, 0n]
  for (const { time, data } of inside) {
    for (const [lane, value] of memberHash(`t${time}`, data).entries())
      lanes[lane] = (lanes[lane]! + BigInt(value)) % (1n << 32n)
  }
  return `${inside.length}:${lanes.map((lane) => lane.toString(16).padStart(8, '0')).join('')}`
}

function indexOf(list: readonly { time: number; data: string }[]): VersionIndex {
  const index = new VersionIndex(10, 30)
  for (const { time, data } of list) index.add(time, memberHash(`t${time}`, data), 0, 1)
  return index
}

test('any window is the sum of its members, whatever the order they came in', () => {
  fc.assert(
    fc.property(members, fc.integer({ min: 5, max: 35 }), fc.integer({ min: 0, max: 30 }), (list, from, length) => {
      const expected = plainText(list, from, from + length)
      expect(textOf(indexOf(list), from, from + length)).toBe(expected)
      expect(textOf(indexOf(list.toReversed()), from, from + length)).toBe(expected)
      expect(countOf(expected)).toBe(list.filter(({ time }) => time >= from && time < from + length).length)
    }),
    { numRuns: 300 },
  )
})

test('a removed member leaves no trace, a replaced one only its successor', () => {
  fc.assert(
    fc.property(members, member, (list, extra) => {
      const index = indexOf(list)
      index.add(extra.time, memberHash('extra', extra.data), 0, 1)
      index.add(extra.time, memberHash('extra', extra.data), 0, -1)
      expect(textOf(index, 10, 30)).toBe(plainText(list, 10, 30))
    }),
    { numRuns: 200 },
  )
})

test('partition and data version both count, and are not confused', () => {
  const hashes = [
    ['a', 'b'],
    ['b', 'a'],
    ['ab', ''],
    ['', 'ab'],
    ['a', 'c'],
    ['a\0', 'b'],
  ].map(([p, d]) => memberHash(p!, d!).join())
  expect(new Set(hashes).size).toBe(hashes.length)
})

test('equal members do not cancel', () => {
  const index = new VersionIndex(0, 4)
  for (const time of [0, 1]) index.add(time, memberHash('same', 'same'), 0, 1)
  expect(textOf(index, 0, 2)).not.toBe(textOf(index, 2, 4))
})

test('texts are compared as they are written', () => {
  const lanes = fc
    .tuple(...Array.from({ length: 4 }, () => fc.nat({ max: 0xffffffff })))
    .map((list) => Uint32Array.from(list))
  fc.assert(
    fc.property(fc.nat(), lanes, fc.nat(), lanes, fc.nat({ max: 3 }), (count, a, otherCount, b, lane) => {
      const text = combinedText(count, a)
      expect(text).toMatch(/^\d+:[0-9a-f]{32}$/)
      expect(isCombined(text, count, a)).toBe(true)
      const nearly = Uint32Array.from(a)
      nearly[lane]! ^= 1
      expect(isCombined(text, count, nearly)).toBe(false)
      expect(isCombined(text, count + 1, a)).toBe(false)
      expect(isCombined(text, otherCount, b)).toBe(combinedText(otherCount, b) === text)
    }),
  )
  expect(isCombined('', 0, new Uint32Array(4))).toBe(false)
  expect(isCombined('0:', 0, new Uint32Array(4))).toBe(false)
})

test('hashes of like texts are unlike: no lane repeats, each bit is set half the time', () => {
  const lanes = [0, 1, 2, 3].map(() => new Set<number>())
  const bits = new Float64Array(128)
  const size = 20_000
  for (let i = 0; i < size; i++) {
    const hash = memberHash(`2026-01-${i}`, `v${i % 3}`)
    for (const [lane, value] of hash.entries()) {
      lanes[lane]!.add(value)
      for (let bit = 0; bit < 32; bit++) bits[lane * 32 + bit]! += (value >>> bit) & 1
    }
  }
  // By chance some 0.05 pairs of 20,000 draws from 2^32 are equal; 10 would be no chance.
  for (const seen of lanes) expect(seen.size).toBeGreaterThan(size - 10)
  expect([...bits].filter((ones) => Math.abs(ones / size - 0.5) > 0.02)).toEqual([])
})

test('what two partitions hold cannot be swapped unseen, for any two of a thousand days', () => {
  const sum = (...hashes: Uint32Array[]) =>
    [0, 1, 2, 3].map((lane) => hashes.reduce((n, h) => (n + h[lane]!) >>> 0, 0)).join()
  let alike = 0
  for (let i = 0; i < 1000; i++) {
    const [p, q] = [`d${i}`, `d${(i * 7 + 1) % 1000}`]
    if (p === q) continue
    if (sum(memberHash(p, 'a'), memberHash(q, 'b')) === sum(memberHash(p, 'b'), memberHash(q, 'a'))) alike++
  }
  expect(alike).toBe(0)
})

function record(partition: string, data: string, seq: number): PartitionRecord {
  const moment = new Date(0)
  return {
    partition,
    failure: undefined,
    unfinished: false,
    current: {
      seq,
      runId: 'r',
      madeAt: moment,
      asOf: moment,
      codeVersion: '',
      hash: memberHash(partition, data),
      partitionsSignature: '',
      inputs: [],
    },
  }
}

test('100,000 members: every window is at hand, and stays right as members change', () => {
  const space = partitionSpace(daily({ start: '1800-01-01', timezone: 'UTC' }))
  const existing = existingPartitions(space, new Date('2074-01-01T00:00:00Z'))
  const first = existing[0]![0]
  const keys = [...sets.ordinals(existing)].slice(0, 100_000).map((ordinal) => partitionKey(space, ordinal))
  const started = process.cpuUsage()
  const state = new AssetState(
    space,
    existing,
    recordedAsset(
      keys.map((key, i) => record(key, `d${i % 7}`, i)),
      31,
    ),
  )
  const versions = new Set<string>()
  for (let i = 0; i < 100_000; i++)
    versions.add(state.combined({ from: first + i - 90, to: first + i + 1, keys: null }))
  const { user } = process.cpuUsage(started)
  console.info(`100,000 members and as many windows of 91: ${Math.round(user / 1000)} ms CPU`)
  expect(versions.size).toBe(100_000)

  const box = { from: first + 500, to: first + 600, keys: null }
  const before = state.combined(box)
  state.set(first + 550, record(keys[550]!, 'other', 200_000))
  expect(state.combined(box)).not.toBe(before)
  state.set(first + 550, { ...record(keys[550]!, 'other', 200_000), unfinished: true })
  expect(countOf(state.combined(box))).toBe(99)
  state.set(first + 550, record(keys[550]!, `d${550 % 7}`, 300_000))
  expect(state.combined(box)).toBe(before)
})
