import type { ModuleContext, ModuleOutput } from '../config/module-command.ts'
import { type DayBounds, type QuarantinedSource, viewOf, within } from './quarantine-source.ts'

/** Refused rows of a source, a day and a reason. */
export interface Refused {
  readonly source: string
  readonly day: string
  readonly reason: string
  readonly rows: number
  /** One of the rows as it was sent: the line, or its columns as JSON. */
  readonly sample: string
}

const SHOWN = 72

/** What lies in quarantine, by source, day and reason; the text sums days up. */
export async function listQuarantine(
  context: ModuleContext,
  sources: readonly QuarantinedSource[],
  days: DayBounds,
): Promise<ModuleOutput> {
  const refused: Refused[] = []
  for (const source of sources) refused.push(...(await refusedOf(context, source, days)))
  return { json: refused, text: textOf(refused) }
}

/** Refused rows of one source; none where its table was never made. */
export async function refusedOf(
  context: ModuleContext,
  { mapping, quarantine }: QuarantinedSource,
  days: DayBounds,
): Promise<Refused[]> {
  const warehouse = await context.warehouse()
  const made = await warehouse.rows(
    'SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = {name:String}',
    { params: { name: viewOf(quarantine) } },
  )
  if (made.length === 0) return []
  const { format } = mapping
  const row = format.kind === 'columns' ? `formatRowNoNewline('JSONEachRow', * EXCEPT (day, reason))` : 'line'
  const found = await warehouse.rows<Omit<Refused, 'source' | 'rows'> & { rows: string }>(
    `SELECT toString(day) AS day, reason, count() AS rows, min(sent) AS sample
     FROM (SELECT day, reason, ${row} AS sent FROM ${viewOf(quarantine)} WHERE ${within(days)})
     GROUP BY day, reason ORDER BY day, reason`,
    { signal: context.signal },
  )
  return found.map(({ day, reason, rows, sample }) => ({
    source: mapping.source,
    day,
    reason,
    rows: Number(rows),
    sample,
  }))
}

function textOf(refused: readonly Refused[]): string {
  if (refused.length === 0) return 'Nothing is in quarantine.'
  const byReason = new Map<string, Refused[]>()
  for (const one of refused) {
    const key = `${one.source}: ${one.reason}`
    byReason.set(key, [...(byReason.get(key) ?? []), one])
  }
  return [...byReason]
    .flatMap(([key, days]) => {
      const rows = days.reduce((sum, day) => sum + day.rows, 0)
      const [first] = days
      const last = days.at(-1)
      const when = first?.day === last?.day ? first?.day : `${first?.day} .. ${last?.day}, ${days.length} days`
      return [`${key}  ${rows} rows (${when})`, `  e.g. ${shortened(first?.sample ?? '')}`]
    })
    .join('\n')
}

/** One line of printable text. */
function shortened(sample: string): string {
  const text = JSON.stringify(sample).slice(1, -1)
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 3)}...`
}
