import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accountingSql,
  jsonText,
  quarantineSql,
  type RowFormat,
  rowMapping,
  typedSql,
} from '../../../../lib/sources/landing/index.ts'
import { type Engine, openEngine } from '../../features/engine.ts'
import { landedDays } from './support.ts'

/** One small source, sent in each of the formats. */
const columns = {
  id: { type: 'String', required: true },
  who: { type: 'LowCardinality(String)' },
  size: { type: 'UInt8', reason: 'size is no small number' },
  seen: { type: "DateTime('UTC')", sql: "parseDateTimeBestEffortOrNull(seen, 'UTC')", reason: 'seen is no time' },
}
const faults = [{ reason: 'seen on another day', when: 'toDate(value.seen) != day' }]
const names = ['id', 'who', 'size', 'seen'] as const
const json = { id: jsonText, who: jsonText, size: jsonText, seen: jsonText }
const mappingOf = (format: RowFormat) =>
  rowMapping({ source: 'shop', format, columns, faults, key: ['id'], order: ['seen'] })

const TSV = `id\twho\tsize\tseen
a\tAnn\\tLee\\\\n\t1\t2026-03-01 10:00:00
a\tAnn again\t2\t2026-03-01 09:00:00
b\ttoo few
c\tCy\t300\t2026-03-01 10:00:00
d\tDi\t3\tyesterday
e\tEd\t3\t2026-03-02 00:00:00
\tno id\t3\t2026-03-01 00:00:00

`
const CSV = TSV.replaceAll('Ann\\tLee\\\\n', '"Ann, ""Lee"""')
  .replaceAll('\t', ',')
  .replace('b,too few', 'b,"torn,4,2026-03-01 01:00:00')
const objects = [
  '{"id":"a","who":"Ann \\"Lee\\"","size":1,"seen":"2026-03-01 10:00:00"}',
  '{"seen":"2026-03-01 09:00:00","id":"a","size":"2","who":"Ann again"}',
  '{"id":"c","who":"Cy","size":300,"seen":"2026-03-01 10:00:00"}',
  '{"id":"d","who":"Di","size":3,"seen":"yesterday"}',
  '{"id":"e","who":"Ed","size":3,"seen":"2026-03-02 00:00:00"}',
  '{"who":"no id","size":3,"seen":"2026-03-01 00:00:00"}',
]
const JSON_LINES = `${[...objects.slice(0, 2), '{"id":"b","who":', '[1]', ...objects.slice(2)].join('\n')}\n`

let engine: Engine
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ottok-landing-'))
  engine = await openEngine()
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true })
})

interface Case {
  readonly name: string
  readonly format: RowFormat
  readonly content: string
  /** `line -> reason` of what is refused. */
  readonly refused: readonly (readonly [line: string, reason: string])[]
}

const again = { day: '2026-03-01', id: 'a', who: 'Ann again', size: 2, seen: '2026-03-01 09:00:00' }
const common = (lines: readonly string[]) =>
  ['size is no small number', 'seen is no time', 'seen on another day', 'no id'].map(
    (reason, i) => [lines[i]!, reason] as const,
  )
const tsvLines = TSV.split('\n')
const csvLines = CSV.split('\n')

const cases: readonly Case[] = [
  {
    name: 'TSV',
    format: { kind: 'tsv', fields: names, header: true },
    content: TSV,
    refused: [
      ...common(tsvLines.slice(4, 8)),
      [tsvLines[3]!, 'wrong number of fields'],
      ['', 'wrong number of fields'],
    ],
  },
  {
    name: 'TSV of Windows without its header line',
    format: { kind: 'tsv', fields: names, header: false },
    content: tsvLines.slice(1).join('\r\n'),
    refused: [
      ...common(tsvLines.slice(4, 8)),
      [tsvLines[3]!, 'wrong number of fields'],
      ['', 'wrong number of fields'],
    ],
  },
  {
    name: 'CSV',
    format: { kind: 'csv', fields: names, header: true },
    content: CSV,
    refused: [...common(csvLines.slice(4, 8)), [csvLines[3]!, 'broken quotes'], ['', 'wrong number of fields']],
  },
  {
    name: 'JSON lines',
    format: { kind: 'jsonLines', fields: json },
    content: JSON_LINES,
    refused: [...common(objects.slice(2)), ['{"id":"b","who":', 'no JSON object'], ['[1]', 'no JSON object']],
  },
  {
    name: 'a JSON document',
    format: { kind: 'jsonDocument', fields: json, rows: 'data' },
    content: `{"data":[\n${[...objects, '[1]', '"text"'].join(',\n')}\n]}`,
    refused: [...common(objects.slice(2)), ['[1]', 'no JSON object'], ['"text"', 'no JSON object']],
  },
]

describe.each(cases)('$name', ({ name, format, content, refused }) => {
  const mapping = mappingOf(format)
  let landed: string
  beforeAll(() => {
    landed = landedDays(join(folder, name.replaceAll(/\W/g, '')), mapping, { '2026-03-01': content })
  })

  test('good rows are typed, each once, as first received', async () => {
    expect(await engine.rows(typedSql(mapping, landed))).toEqual([again])
  })

  test('every other line is set aside with its reason', async () => {
    const rows = await engine.rows<{ line: string; reason: string }>(quarantineSql(mapping, landed))
    expect(rows.map(({ line, reason }) => [line, reason]).sort()).toEqual(refused.map((pair) => [...pair]).sort())
  })

  test('all rows are accounted for', async () => {
    const [row] = await engine.rows<Record<string, unknown>>(accountingSql(mapping, landed))
    expect(row).toMatchObject({ day: '2026-03-01', landed: '1', duplicates: '1', quarantined: `${refused.length}` })
    expect(row!.delivered).toBe(`${2 + refused.length}`)
    expect(row!.reasons).toMatchObject({ 'no id': '1', 'seen is no time': '1' })
  })
})

test('the text of a quoted or escaped field is what was meant', async () => {
  const whoOf = async (format: RowFormat, content: string) => {
    const mapping = rowMapping({ ...mappingOf(format), order: ['size'] })
    const place = join(folder, `who-${format.kind}`)
    const rows = await engine.rows<{ who: string }>(
      typedSql(mapping, landedDays(place, mapping, { '2026-03-01': content })),
    )
    return rows.map(({ who }) => who)
  }
  expect(await whoOf({ kind: 'tsv', fields: names, header: true }, TSV)).toEqual(['Ann\tLee\\n'])
  expect(await whoOf({ kind: 'csv', fields: names, header: true }, CSV)).toEqual(['Ann, "Lee"'])
  expect(await whoOf({ kind: 'jsonLines', fields: json }, JSON_LINES)).toEqual(['Ann "Lee"'])
})

test('a file whose header has changed is set aside whole, others are not', async () => {
  const mapping = mappingOf({ kind: 'tsv', fields: names, header: true })
  const landed = landedDays(join(folder, 'headers'), mapping, {
    '2026-03-01': 'id\tsize\twho\tseen\na\t1\tAnn\t2026-03-01 10:00:00\n',
    '2026-03-02': 'id\twho\tsize\tseen\nb\tBo\t1\t2026-03-02 10:00:00\n',
    '2026-03-03': '',
  })
  expect(await engine.rows(typedSql(mapping, landed))).toMatchObject([{ day: '2026-03-02', id: 'b' }])
  const refused = await engine.rows<{ reason: string }>(quarantineSql(mapping, landed))
  expect(refused.map(({ reason }) => reason)).toEqual(['header is not as declared', 'header is not as declared'])
})

test('a document that is torn is one row in quarantine, with all of its text', async () => {
  const mapping = mappingOf({ kind: 'jsonDocument', fields: json, rows: 'data' })
  const torn = `{"data":[${objects[0]},{"id":`
  const landed = landedDays(join(folder, 'torn'), mapping, {
    '2026-03-01': torn,
    '2026-03-02': '{"data":[]}',
    '2026-03-03': '{"error":"wait"}',
  })
  expect(await engine.rows(typedSql(mapping, landed))).toEqual([])
  expect(await engine.rows(`${quarantineSql(mapping, landed)} ORDER BY day`)).toEqual([
    { day: '2026-03-01', reason: 'no JSON object', line: torn },
    { day: '2026-03-03', reason: 'no id', line: '{"error":"wait"}' },
  ])
})
