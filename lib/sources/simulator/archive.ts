/** Rows on their way into the archive: days fill in memory, one part of the world's accounts at a time. */
import { createTable, type Row, type RowGroup, type Table, type TableShape } from '../parquet/index.ts'
import { type ArrivalBatch, Arrivals } from './arrivals.ts'
import { ArrivingLines, type SortedLines } from './lines.ts'
import type { SourceName } from './shapes.ts'
import type { SourceFaults } from './source-faults.ts'

/** Rows of one day in their final encoding. Plain data, so that one thread can make it and another write it. */
export type DayPart = TablePart | TextPart

export interface TablePart {
  readonly kind: 'table'
  readonly group: RowGroup
  readonly arrivals: readonly ArrivalBatch[]
}

export interface TextPart extends SortedLines {
  readonly kind: 'text'
}

/** A day that takes no more rows. */
export interface ClosedDay {
  readonly day: number
  readonly part: DayPart
}

/** Days that are filling. They close one after the other. */
class OpenDays<D> {
  private readonly open = new Map<number, D>()
  private readonly source: string
  private readonly begin: () => D
  /** The earliest day that still takes rows. */
  private next: number

  constructor(source: string, firstDay: number, begin: () => D) {
    this.source = source
    this.next = firstDay
    this.begin = begin
  }

  at(day: number): D {
    if (day < this.next) throw new RangeError(`A row of ${this.source} came for day ${day}, but ${this.next} is next.`)
    let entry = this.open.get(day)
    if (entry === undefined) {
      entry = this.begin()
      this.open.set(day, entry)
    }
    return entry
  }

  /** The days before `day` that were still open, with no rows where there were none. */
  takeBefore(day: number): { day: number; content: D }[] {
    const taken: { day: number; content: D }[] = []
    for (; this.next < day; this.next += 1) {
      taken.push({ day: this.next, content: this.open.get(this.next) ?? this.begin() })
      this.open.delete(this.next)
    }
    return taken
  }
}

export interface WriterOptions {
  readonly source: SourceName
  /** Index of the first day that may get rows. */
  readonly firstDay: number
  /** Days of which the source sends nothing: their rows are dropped. */
  readonly stops?: SourceFaults['stops']
}

/** Takes rows of a source that arrives as Parquet. */
export class ArchiveWriter<S extends TableShape> {
  private readonly days: OpenDays<{ table: Table<S>; arrivals: Arrivals }>
  private readonly options: WriterOptions

  constructor(options: WriterOptions & { readonly shape: S }) {
    const { source, firstDay, shape } = options
    this.options = options
    this.days = new OpenDays(source, firstDay, () => ({ table: createTable(shape), arrivals: new Arrivals() }))
  }

  /** Throws a RangeError for a day that is closed. */
  add(day: number, row: Row<S>, arrivedMs: number): void {
    if (this.options.stops?.(this.options.source, day)) return
    const { table, arrivals } = this.days.at(day)
    table.add(row)
    arrivals.add(arrivedMs)
  }

  closeBefore(day: number): ClosedDay[] {
    return this.days.takeBefore(day).map(({ day: closed, content: { table, arrivals } }) => ({
      day: closed,
      part: { kind: 'table', group: table.rowGroup(), arrivals: arrivals.list() },
    }))
  }
}

/** Takes rows of a source that arrives as text. */
export class TextArchiveWriter {
  private readonly days: OpenDays<ArrivingLines>
  private readonly options: WriterOptions

  constructor(options: WriterOptions) {
    const { source, firstDay } = options
    this.options = options
    this.days = new OpenDays(source, firstDay, () => new ArrivingLines())
  }

  /**
   * `line`: one row without separators, text or its UTF-8 bytes. Rows may come in any order; those of equal
   * `arrivedMs` keep theirs. Throws a RangeError for a day that is closed, and for a row of more than one line.
   */
  add(day: number, line: string | Uint8Array, arrivedMs: number): void {
    if (this.options.stops?.(this.options.source, day)) return
    this.days.at(day).add(line, arrivedMs)
  }

  closeBefore(day: number): ClosedDay[] {
    return this.days
      .takeBefore(day)
      .map(({ day: closed, content }) => ({ day: closed, part: { kind: 'text', ...content.sorted() } }))
  }
}
