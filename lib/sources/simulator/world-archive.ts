/** The archive of a whole world: its sources' day files, made from what each part of the world left. */
import { join } from 'node:path'
import type { DayPart } from './archive.ts'
import { ArchiveFiles } from './archive-files.ts'
import type { WorldCalendar } from './calendar.ts'
import { type SourceName, sourceNames } from './shapes.ts'

/** A day of a source that takes no more rows of one part of the world. */
export interface ClosedSourceDay {
  readonly source: SourceName
  readonly day: number
  readonly part: DayPart
}

export interface ArchiveSize {
  readonly rows: Readonly<Record<SourceName, number>>
  readonly bytes: Readonly<Record<SourceName, number>>
}

export class WorldArchive {
  private readonly calendar: WorldCalendar
  private readonly files: ReadonlyMap<SourceName, ArchiveFiles>

  /** `world`: the world's folder. */
  constructor(world: string, calendar: WorldCalendar) {
    this.calendar = calendar
    this.files = new Map(sourceNames.map((source) => [source, new ArchiveFiles(join(world, 'archive'), source)]))
  }

  /** Writes days from all their parts; the order of the contributors is part of the bytes. */
  async write(contributors: readonly (readonly ClosedSourceDay[])[]): Promise<void> {
    const closed = new Map<SourceName, Map<number, DayPart[]>>()
    for (const { source, day, part } of contributors.flat()) {
      const days = closed.get(source) ?? new Map<number, DayPart[]>()
      closed.set(source, days.set(day, [...(days.get(day) ?? []), part]))
    }
    await Promise.all(
      [...closed].map(async ([source, days]) => {
        const files = this.files.get(source) as ArchiveFiles
        // The days of one source in turn: their order is that of its index.
        for (const [day, parts] of days) await files.write(this.calendar.text(day), parts)
      }),
    )
  }

  /** Writes the indexes. */
  async finish(): Promise<ArchiveSize> {
    const rows: Partial<Record<SourceName, number>> = {}
    const bytes: Partial<Record<SourceName, number>> = {}
    for (const [source, files] of this.files) {
      const { days } = await files.finish()
      rows[source] = days.reduce((sum, day) => sum + day.rows, 0)
      bytes[source] = days.reduce((sum, day) => sum + day.bytes, 0)
    }
    return { rows, bytes } as ArchiveSize
  }
}
