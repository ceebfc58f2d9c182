import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pageOf } from '../../../materializations/lineage/page-of.ts'
import type { CurrentVersion } from '../../../materializations/planner/recorded.ts'
import { RecordedColumns } from '../../../materializations/planner/recorded-columns.ts'
import { decodePage, encodePage, type PageEntry } from '../../../materializations/planner/state-page.ts'

const text = fc.constantFrom('', 'a', 'h1-tool1:0f', 'Zürich', 'ключ', '"quoted"', 'x'.repeat(300))
const lane = fc.integer({ min: 0, max: 0xffffffff })
const hex = fc
  .tuple(lane, lane, lane, lane)
  .map((lanes) => lanes.map((one) => one.toString(16).padStart(8, '0')).join(''))
const moment = fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms))
const seq = fc.integer({ min: 1, max: 2 ** 40 })

const input = fc.record({
  name: text,
  upstream: text,
  mapping: fc.constantFrom('identity', 'trailing(90 day,-34)'),
  box: fc.record({
    from: fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
    to: fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
    keys: fc.option(fc.array(text, { maxLength: 3 })),
  }),
  version: fc.tuple(fc.nat(), hex).map(([count, lanes]) => `${count}:${lanes}`),
  asOfSeq: seq,
  restated: fc.boolean(),
})

const current: fc.Arbitrary<CurrentVersion> = fc.record({
  seq,
  runId: fc.constantFrom('r1', 'r2'),
  madeAt: moment,
  asOf: moment,
  codeVersion: text,
  hash: fc.tuple(lane, lane, lane, lane).map((lanes) => Uint32Array.from(lanes)),
  partitionsSignature: text,
  inputs: fc.array(input, { maxLength: 3 }),
})

const entries: fc.Arbitrary<PageEntry[]> = fc
  .uniqueArray(fc.stringMatching(/^[^\n]{0,12}$/), { minLength: 1, maxLength: 12 })
  .chain((keys) => fc.tuple(...keys.map((partition) => current.map((version) => ({ partition, current: version })))))

test('a page is read as it was written', () => {
  fc.assert(
    fc.property(entries, (list) => {
      expect(decodePage(encodePage(list))).toEqual(list)
    }),
  )
})

test('columns of several pages hold every entry, whatever texts the pages share', () => {
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 5 }), (pages) => {
      const columns = new RecordedColumns(pages.map(encodePage))
      const read: PageEntry[] = []
      columns.eachPartition(0, columns.pageRows.at(-1)!, (row, partition) =>
        read.push({ partition, current: columns.version(row) }),
      )
      expect(read).toEqual(pages.flat())
    }),
  )
})

test('some pages are read without the others', () => {
  const version = fc.sample(current, { numRuns: 1, seed: 7 })[0]!
  const pages = ['a', 'b', 'c'].map((key) =>
    [`${key}1`, `${key}2`].map((partition) => ({ partition, current: version })),
  )
  const columns = new RecordedColumns(pages.map(encodePage))
  const read: string[] = []
  columns.eachPartition(columns.pageRows[1]!, columns.pageRows[2]!, (row, partition) =>
    read.push(`${row} ${partition}`),
  )
  expect(read).toEqual(['2 b1', '3 b2'])
})

test.each([
  ['', ''],
  ['2026-03', '2026'],
  ['2026-03-01', '2026-03'],
  ['2026-04-30', '2026-03'],
  ['2026-12-31', '2026-11'],
  ['2026-03-01T05:00', '2026-03-01'],
  ['2026-03-10T23:00', '2026-03-09'],
  ['2026-10-25T02:00+02:00', '2026-10-25#'],
  ['2026-03-01|trial', '2026-03#'],
  ['trial|2026-03-01', '2026-03#'],
  ['trial', '#'],
])('the partition %j lies in the page %j', (partition, page) => {
  if (page.endsWith('#')) expect(pageOf(partition)).toMatch(new RegExp(`^${page}\\d+$`))
  else expect(pageOf(partition)).toBe(page)
})

test('neighbours lie together, and no page gets more than a few hundred of 100,000 keys', () => {
  expect(new Set(['2026-03-01|trial', '2026-03-31|trial'].map(pageOf)).size).toBe(1)
  const sizes = new Map<string, number>()
  for (let i = 0; i < 100_000; i++) {
    const page = pageOf(`customer-${i}`)
    sizes.set(page, (sizes.get(page) ?? 0) + 1)
  }
  expect(sizes.size).toBe(256)
  expect(Math.max(...sizes.values())).toBeLessThan(600)
})
