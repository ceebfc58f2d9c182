/** Writes one source's day files and, at the end, their index. */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTable, type Row, type Table, type TableShape } from '../parquet/index.ts'
import { type ArrivalBatch, Arrivals } from './arrivals.ts'
import type { WorldCalendar } from './calendar.ts'

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

/** Days are open (filling) until `close` writes them, one after the other; they are kept in memory meanwhile. */
export class ArchiveWriter<S extends TableShape> {
  private readonly open = new Map<number, { table: Table<S>; arrivals: Arrivals }>()
  private readonly written: IndexedDay[] = []
  private readonly source: string
  private readonly folder: string
  private readonly shape: S
  /** The earliest day that is not written yet. */
  private next: number

  constructor(options: { folder: string; source: string; shape: S; firstDay: number }) {
    this.source = options.source
    this.folder = join(options.folder, options.source)
    this.shape = options.shape
    this.next = options.firstDay
  }

  add(day: number, row: Row<S>, arrivedMs: number): void {
    if (day < this.next) throw new RangeError(`A row of ${this.source} came for day ${day}, but ${this.next} is next.`)
    const { table, arrivals } = this.opened(day)
    table.add(row)
    arrivals.add(arrivedMs)
  }

  /** Writes the files of the days before `day` that are not written yet, with no rows where there were none. */
  async closeBefore(day: number, calendar: WorldCalendar): Promise<void> {
    for (; this.next < day; this.next += 1) await this.write(this.next, calendar.text(this.next))
  }

  /** Writes the index; days still open are beyond the world and are dropped. */
  async finish(): Promise<ArchiveIndex> {
    const index: ArchiveIndex = { source: this.source, days: this.written }
    await writeFile(join(this.folder, 'index.json'), JSON.stringify(index))
    return index
  }

  private async write(day: number, text: string): Promise<void> {
    const { table, arrivals } = this.opened(day)
    this.open.delete(day)
    const bytes = table.parquet()
    await mkdir(this.folder, { recursive: true })
    await writeFile(join(this.folder, `${text}.parquet`), bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    this.written.push({ day: text, rows: table.rows, bytes: bytes.length, sha256, arrivals: arrivals.list() })
  }

  private opened(day: number): { table: Table<S>; arrivals: Arrivals } {
    let entry = this.open.get(day)
    if (entry === undefined) {
      entry = { table: createTable(this.shape), arrivals: new Arrivals() }
      this.open.set(day, entry)
    }
    return entry
  }
}
