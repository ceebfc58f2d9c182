import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openArchiveSource } from '../../../lib/sources/archive-source.ts'
import { TextArchiveWriter } from '../../../lib/sources/simulator/archive.ts'
import { ArchiveFiles } from '../../../lib/sources/simulator/archive-files.ts'
import { seenUntil } from '../../../lib/sources/simulator/arrivals.ts'
import type { TextSourceName } from '../../../lib/sources/simulator/shapes.ts'
import { webFields } from '../../../lib/sources/simulator/shapes.ts'
import { temporaryFolder } from './world.ts'

const MINUTE = 60_000
const T0 = Date.parse('2026-02-03T00:00:00Z')
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

type Line = readonly [line: string, arrivedMs: number]

/** Writes one day as shards would: each line goes to the writer of its part. */
async function written(source: TextSourceName, parts: readonly (readonly Line[])[]): Promise<string> {
  const folder = temporaryFolder()
  const files = new ArchiveFiles(folder, source)
  const closed = parts.map((lines) => {
    const writer = new TextArchiveWriter({ source, firstDay: 0 })
    for (const [line, arrivedMs] of lines) writer.add(0, line, arrivedMs)
    return writer.closeBefore(1).map(({ part }) => part)
  })
  await files.write('2026-02-02', closed.flat())
  await files.finish()
  return folder
}

const someLines: readonly (readonly Line[])[] = [
  [
    ['c', T0 + 50 * MINUTE],
    ['a', T0 + 1 * MINUTE],
  ],
  [
    ['b', T0 + 1 * MINUTE],
    ['д', T0 + 90 * MINUTE],
  ],
]

describe('a day of text', () => {
  for (const [source, before, after] of [
    ['web_events', `${webFields.join('\t')}\na\nb\n`, `${webFields.join('\t')}\na\nb\nc\nд\n`],
    ['app_events', '{"data":[a,b]}', '{"data":[a,b,c,д]}'],
    ['tv_events', 'a\nb\n', 'a\nb\nc\nд\n'],
  ] as const) {
    it(`of ${source} is what the system would answer at any moment, in the order of arrival`, async () => {
      const folder = await written(source, someLines)
      const opened = openArchiveSource(folder, source)
      expect(text(await opened.payload('2026-02-02', new Date(T0 + 20 * MINUTE)))).toBe(before)
      expect(text(await opened.payload('2026-02-02', new Date(T0 + 2 * 60 * MINUTE)))).toBe(after)
      const [nothing] = await opened.observe(['2026-02-02'], new Date(T0))
      expect(nothing?.rows).toBe(0)
      expect(text(await opened.payload('2026-02-02', new Date(T0)))).toBe(text((await emptyDay(source)).bytes))
    })
  }

  it('without rows is head and tail', async () => {
    expect(text((await emptyDay('app_events')).bytes)).toBe('{"data":[]}')
    expect(text((await emptyDay('tv_events')).bytes)).toBe('')
    expect(text((await emptyDay('web_events')).bytes)).toBe(`${webFields.join('\t')}\n`)
  })

  it('is merged from its parts as a stable sort of all rows by arrival would do it', async () => {
    const line = fc.tuple(fc.string({ maxLength: 6 }), fc.integer({ min: 0, max: 30 }))
    const parts = fc.array(fc.array(line, { maxLength: 40 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 0, max: 40 }), async (some, minute) => {
        const lines = some.map((each) =>
          each.map(([word, at]): Line => [JSON.stringify({ word }), T0 + at * MINUTE + (at % 3)]),
        )
        const now = new Date(T0 + minute * MINUTE)
        const folder = await written('app_events', lines)
        const source = openArchiveSource(folder, 'app_events')
        const expected = lines
          .flat()
          .sort(([, a], [, b]) => a - b)
          .filter(([, at]) => Math.ceil(at / (15 * MINUTE)) * 15 * MINUTE <= seenUntil(now.getTime()))
          .map(([row]) => JSON.parse(row) as unknown)
        const answer = JSON.parse(text(await source.payload('2026-02-02', now))) as { data: unknown[] }
        expect(answer.data).toEqual(expected)
        expect((await source.observe(['2026-02-02'], now))[0]?.rows).toBe(expected.length)
      }),
      { numRuns: 60 },
    )
  })

  it('is described by the index to the byte', async () => {
    const folder = await written('tv_events', someLines)
    const bytes = readFileSync(join(folder, 'tv_events', '2026-02-02.jsonl'))
    const index = JSON.parse(readFileSync(join(folder, 'tv_events', 'index.json'), 'utf8')) as unknown
    const batch = (minutes: number): number => Math.ceil((T0 + minutes * MINUTE) / (15 * MINUTE))
    expect(index).toEqual({
      source: 'tv_events',
      days: [
        {
          day: '2026-02-02',
          rows: 4,
          bytes: 9,
          sha256: createHash('sha256').update(bytes).digest('hex'),
          arrivals: [
            [batch(1), 2, T0 + MINUTE, 4],
            [batch(50), 1, T0 + 50 * MINUTE, 6],
            [batch(90), 1, T0 + 90 * MINUTE, 9],
          ],
        },
      ],
    })
  })
})

async function emptyDay(source: TextSourceName): Promise<{ bytes: Uint8Array }> {
  const folder = await written(source, [[]])
  return { bytes: await openArchiveSource(folder, source).payload('2026-02-02', new Date(T0)) }
}

describe('a writer of text', () => {
  it('grows, takes bytes as well as text, and refuses rows of more than one line', () => {
    const writer = new TextArchiveWriter({ source: 'tv_events', firstDay: 3 })
    const lines = Array.from({ length: 3000 }, (_, n) => `{"n":${n},"word":"${'слово'.repeat(n % 40)}"}`)
    for (const [n, line] of lines.entries()) writer.add(3, n % 2 === 0 ? line : Buffer.from(line), T0 + n)
    const [closed] = writer.closeBefore(4)
    expect(closed?.part.kind === 'text' && text(closed.part.bytes)).toBe(lines.join(''))
    expect(() => writer.add(4, 'a\nb', T0)).toThrow(/more than one line/)
    expect(() => writer.add(4, Buffer.from('a\nb'), T0)).toThrow(/more than one line/)
  })

  it('refuses rows of days that are closed', () => {
    const writer = new TextArchiveWriter({ source: 'tv_events', firstDay: 3 })
    expect(writer.closeBefore(5).map(({ day }) => day)).toEqual([3, 4])
    expect(() => writer.add(4, 'late', T0)).toThrow(/came for day 4, but 5 is next/)
  })
})

describe('a source', () => {
  it('says which way it is read', async () => {
    const folder = await written('tv_events', someLines)
    await expect(openArchiveSource(folder, 'tv_events').read(['2026-02-02'], new Date(T0))).rejects.toThrow(/JSONLines/)
    await expect(openArchiveSource(folder, 'accounts').payload('2026-02-02', new Date(T0))).rejects.toThrow(/Parquet/)
    await expect(openArchiveSource(folder, 'tv_events').payload('2026-02-09', new Date(T0))).rejects.toThrow(
      /2026-02-02 \.\. 2026-02-02/,
    )
  })
})
