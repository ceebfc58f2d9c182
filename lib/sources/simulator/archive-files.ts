/** Day files of one source in the archive's folder and, at the end, their index. */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parquetFile } from '../parquet/index.ts'
import type { DayPart, TablePart, TextPart } from './archive.ts'
import { type ArrivalBatch, Arrivals, mergeBatches } from './arrivals.ts'
import { mergeLines, type SortedLines } from './lines.ts'
import { isTextSource, type SourceName, shapes, texts } from './shapes.ts'
import type { TextFormat } from './text-format.ts'

export interface IndexedDay {
  readonly day: string
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
  readonly arrivals: readonly ArrivalBatch[]
}

export interface ArchiveIndex {
  readonly source: string
  readonly days: readonly IndexedDay[]
}

/** Extension of a source's day files. */
export function extensionOf(source: SourceName): string {
  return isTextSource(source) ? texts[source].extension : 'parquet'
}

export class ArchiveFiles {
  private readonly written: IndexedDay[] = []
  private readonly source: SourceName
  private readonly folder: string
  private made: Promise<unknown> | undefined

  constructor(archive: string, source: SourceName) {
    this.source = source
    this.folder = join(archive, source)
  }

  /** Writes a day ('YYYY-MM-DD') from its parts. The order of the parts is part of the bytes. */
  async write(day: string, parts: readonly DayPart[]): Promise<void> {
    const content = isTextSource(this.source)
      ? textFile(texts[this.source], parts as readonly TextPart[])
      : tableFile(this.source, parts as readonly TablePart[])
    const hash = createHash('sha256')
    let bytes = 0
    for (const chunk of content.chunks) {
      hash.update(chunk)
      bytes += chunk.length
    }
    this.made ??= mkdir(this.folder, { recursive: true })
    await this.made
    await writeFile(join(this.folder, `${day}.${extensionOf(this.source)}`), content.chunks)
    const rows = content.arrivals.reduce((sum, [, batchRows]) => sum + batchRows, 0)
    this.written.push({ day, rows, bytes, sha256: hash.digest('hex'), arrivals: content.arrivals })
  }

  async finish(): Promise<ArchiveIndex> {
    const index: ArchiveIndex = { source: this.source, days: this.written }
    await writeFile(join(this.folder, 'index.json'), JSON.stringify(index))
    return index
  }
}

interface DayContent {
  readonly chunks: Uint8Array[]
  readonly arrivals: readonly ArrivalBatch[]
}

function tableFile(source: keyof typeof shapes, parts: readonly TablePart[]): DayContent {
  const groups = parts.map(({ group }) => group)
  return {
    chunks: parquetFile(shapes[source].columns, groups),
    arrivals: mergeBatches(parts.map(({ arrivals }) => arrivals)),
  }
}

/** The whole answer of the system; what had arrived by a moment is a prefix of it, and the tail. */
function textFile(format: TextFormat, parts: readonly SortedLines[]): DayContent {
  const [head, separator, terminator, tail] = [format.head, format.separator, format.terminator, format.tail].map(
    (text) => Buffer.from(text),
  ) as [Buffer, Buffer, Buffer, Buffer]
  const rows = parts.reduce((sum, { ends }) => sum + ends.length, 0)
  const size = parts.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const separators = Math.max(0, rows - 1) * separator.length + rows * terminator.length
  const bytes = new Uint8Array(head.length + size + separators + tail.length)
  const arrivals = new Arrivals()
  let at = 0
  const append = (part: Uint8Array): void => {
    bytes.set(part, at)
    at += part.length
  }
  append(head)
  let first = true
  mergeLines(parts, (row, arrivedMs) => {
    if (!first) append(separator)
    first = false
    append(row)
    append(terminator)
    arrivals.add(arrivedMs, at)
  })
  append(tail)
  return { chunks: [bytes], arrivals: arrivals.list() }
}
