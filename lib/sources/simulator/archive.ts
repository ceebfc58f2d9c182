/** Writes one source's day files and, at the end, their index. */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTable, type Row, type Table, type TableShape } from '../parquet/index.ts'
import { type ArrivalBatch, Arrivals } from './arrivals.ts'

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

/** Days are open (filling) until `close` writes them; they are kept in memory meanwhile. */
export class ArchiveWriter<S extends TableShape> {
  private readonly open = new Map<number, { table: Table<S>; arrivals: Arrivals }>()
  private readonly written: IndexedDay[] = []
  private readonly source: string
  private readonly folder: string
  private readonly shape: S

  constructor(options: { folder: string; source: string; shape: S }) {
    this.source = options.source
    this.folder = join(options.folder, options.source)
    this.shape = options.shape
  }

  add(day: number, row: Row<S>, arrivedMs: number): void {
    const { table, arrivals } = this.opened(day)
    table.add(row)
    arrivals.add(arrivedMs)
  }

  /** Writes the file of `day`, with no rows if there were none; rows of it can no longer be added. */
  async close(day: number, text: string): Promise<void> {
    const { table, arrivals } = this.opened(day)
    this.open.delete(day)
    const bytes = table.parquet()
    await mkdir(this.folder, { recursive: true })
    await writeFile(join(this.folder, `${text}.parquet`), bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    this.written.push({ day: text, rows: table.rows, bytes: bytes.length, sha256, arrivals: arrivals.list() })
  }

  /** Writes the index; days still open are beyond the world and are dropped. */
  async finish(): Promise<ArchiveIndex> {
    const index: ArchiveIndex = { source: this.source, days: this.written }
    await writeFile(join(this.folder, 'index.json'), JSON.stringify(index))
    return index
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
