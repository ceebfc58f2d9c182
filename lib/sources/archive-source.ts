/** A source over an archive of day files with an index of arrivals: how assets see a simulated world. */
import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { OttokError } from '../config/errors.ts'
import type { ArchiveIndex, IndexedDay } from './simulator/archive-files.ts'
import { seenUntil } from './simulator/arrivals.ts'
import { columnsOf, isTextSource, type SourceName, shapes, texts } from './simulator/shapes.ts'
import type { DaySource, DayVersion, SourceColumn, SourceRows } from './source.ts'

/** Rows are seen in whole batches of a quarter of an hour, at whose end c(D) falls in every zone. */
export function openArchiveSource(archive: string, name: SourceName): DaySource {
  const folder = resolve(archive, name)
  let index: Promise<Map<string, IndexedDay>> | undefined
  const opened = (): Promise<Map<string, IndexedDay>> => {
    index ??= readIndex(folder, name)
    return index
  }
  const entryOf = async (day: string): Promise<IndexedDay> => {
    const known = await opened()
    const entry = known.get(day)
    if (!entry) throw unknownDay(folder, name, day, known)
    return entry
  }
  const columns = columnsOf(name)
  return {
    name,
    format: isTextSource(name) ? texts[name].format : 'Parquet',
    columns,
    async observe(days, now) {
      const known = await opened()
      const until = seenUntil(now.getTime())
      return days.flatMap((day) => {
        const entry = known.get(day)
        return entry === undefined ? [] : [versionOf(entry, until)]
      })
    },
    async read(days, now) {
      if (isTextSource(name)) throw otherForm(name, `It arrives as ${texts[name].format}.`, 'payload()')
      const until = seenUntil(now.getTime())
      const files: SourceRows['files'][number][] = []
      for (const day of days) {
        const [, , last = 0] = (await entryOf(day)).arrivals.at(-1) ?? []
        files.push({ day, path: join(folder, `${day}.parquet`), complete: last <= until })
      }
      const arrived = `${shapes[name].arrival} <= fromUnixTimestamp64Milli(${until}, 'UTC')`
      return { files, arrived, table: tableOf(folder, days, columns, arrived) }
    },
    async payload(day, now) {
      if (!isTextSource(name)) throw otherForm(name, 'It arrives as Parquet.', 'read()')
      const entry = await entryOf(day)
      const { head, tail, extension } = texts[name]
      const end = endByteOf(entry, seenUntil(now.getTime())) ?? Buffer.byteLength(head)
      return answer(join(folder, `${day}.${extension}`), end, tail)
    },
  }
}

/** Where the rows that had arrived by `until` end in the day's file; undefined when there were none. */
function endByteOf(entry: IndexedDay, until: number): number | undefined {
  let end: number | undefined
  for (const [, , lastMs, endByte] of entry.arrivals) {
    if (lastMs > until) break
    end = endByte
  }
  return end
}

async function answer(path: string, end: number, tail: string): Promise<Uint8Array> {
  const closing = Buffer.from(tail)
  const bytes = Buffer.alloc(end + closing.length)
  const file = await open(path)
  try {
    const { bytesRead } = await file.read(bytes, 0, end, 0)
    if (bytesRead < end) {
      throw new OttokError({
        what: `Cannot read ${path}`,
        cause: `It ends after ${bytesRead} bytes; its index says that ${end} had arrived.`,
        mend: 'Simulate the world again into an empty folder.',
      })
    }
  } finally {
    await file.close()
  }
  bytes.set(closing, end)
  return bytes
}

function otherForm(name: SourceName, cause: string, mend: string): OttokError {
  return new OttokError({ what: `Cannot read ${name} that way`, cause, mend: `Use ${mend} of the source.` })
}

function versionOf(entry: IndexedDay, until: number): DayVersion {
  let rows = 0
  let greatest = 0
  for (const [, batchRows, lastMs] of entry.arrivals) {
    // Batches are in the order of time; a batch is complete at its end, which is not after `until`.
    if (lastMs > until) break
    rows += batchRows
    greatest = lastMs
  }
  const version = createHash('sha256').update(`${rows}:${greatest}`).digest('hex').slice(0, 32)
  return { day: entry.day, version, rows }
}

function tableOf(folder: string, days: readonly string[], columns: readonly SourceColumn[], arrived: string): string {
  const structure = columns.map(({ name, type }) => `${name} ${type}`).join(', ')
  const names = columns.map(({ name }) => name).join(', ')
  if (days.length === 0) return `(SELECT toDate(0) AS day, ${names} FROM null(${quoted(structure)}))`
  const pattern = days.length === 1 ? `${days[0]}.parquet` : `{${days.join(',')}}.parquet`
  const from = `file(${quoted(join(folder, pattern))}, 'Parquet', ${quoted(structure)})`
  return `(SELECT toDate(substring(_file, 1, 10)) AS day, ${names} FROM ${from} WHERE ${arrived})`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

async function readIndex(folder: string, name: string): Promise<Map<string, IndexedDay>> {
  if (/[*?{}[\]]/.test(folder)) {
    throw new OttokError({
      what: `Cannot read ${name} from ${folder}`,
      cause: 'The path holds one of * ? { } [ ], which the engine takes for a pattern.',
      mend: 'Move the world to a folder whose path has none of them.',
      exitCode: 2,
    })
  }
  const path = join(folder, 'index.json')
  try {
    const { days } = JSON.parse(await readFile(path, 'utf8')) as ArchiveIndex
    return new Map(days.map((day) => [day.day, day]))
  } catch (error) {
    throw new OttokError({
      what: `Cannot read the index of ${name} at ${path}`,
      cause: 'The file is missing or is no index.',
      mend: 'Simulate the world again into an empty folder.',
      underlying: error,
    })
  }
}

function unknownDay(folder: string, name: string, day: string, known: Map<string, IndexedDay>): OttokError {
  const days = [...known.keys()]
  return new OttokError({
    what: `Cannot read ${name} of ${day} from ${folder}`,
    cause: `The archive has the days ${days[0]} .. ${days[days.length - 1]}.`,
    mend: 'Ask for a day that it has.',
  })
}
