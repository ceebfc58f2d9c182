import { middle, type SourceDay } from '../alerts/index.ts'
import type { ReportData } from './report-data.ts'
import { countText, percentText, section, table } from './words.ts'

/** Whether the sources arrived, and what became of their rows. */
export function sourceSection({ day, sources }: ReportData): string {
  const names = [...new Set(sources.map(({ source }) => source))].sort()
  const rows = names.map((source) => {
    const own = sources.filter((one) => one.source === source)
    const sum = (what: (one: SourceDay) => number): number => own.reduce((total, one) => total + what(one), 0)
    const all = sum((one) => one.landed + one.duplicates + one.quarantined)
    const newest = own.filter(({ landed }) => landed > 0).at(-1)
    return [
      source.replaceAll('_', ' '),
      newest?.day ?? 'none',
      countText(own.find((one) => one.day === day)?.landed ?? 0),
      countText(middle(own.filter((one) => one.day < day).map(({ landed }) => landed))),
      percentText(all === 0 ? null : sum((one) => one.duplicates) / all),
      percentText(all === 0 ? null : sum((one) => one.quarantined) / all),
    ]
  })
  return section(
    'sources',
    'Whether the data arrived',
    'Rows of each source by the day they belong to. Copies are counted once; rows that cannot be used are set aside with the reason, never dropped.',
    table('sources-table', ['source', 'newest day', 'rows that day', 'usual rows', 'copies', 'set aside'], rows),
  )
}
