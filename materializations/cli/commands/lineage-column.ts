import type { Command } from 'commander'
import { columnLineage, openLazyAnalyzer } from '../../operations/lineage-columns.ts'
import { type ColumnTrace, traceColumn } from '../../operations/trace-column.ts'
import type { On } from '../command.ts'

/** `lineage column`: one column, through all the SQL assets that it comes through. */
export function registerColumn(group: Command, on: On): void {
  on(
    group.command('column <key> <name>').description('where a column of a SQL asset comes from, asset by asset'),
    ({ session }, [key, name]) =>
      session(async ({ graph, definitions }) => {
        const asset = graph.asset(key!)
        const analyzer = openLazyAnalyzer()
        try {
          const columns = await columnLineage(graph, graph.order, analyzer, definitions.cacheDir)
          const json = traceColumn(graph, columns, asset.key, name!)
          return { json, text: columnTree(json) }
        } finally {
          await analyzer.close()
        }
      }),
  )
}

const HOW = { identity: '', transformation: ' (computed)', aggregation: ' (summed up)' } as const

function columnTree({ root, nodes, edges }: ColumnTrace): string {
  const ends = new Map(nodes.map(({ id, end }) => [id, end]))
  const seen = new Set<string>()
  const lines: string[] = []
  const tell = (id: string, before: string, after: string, indent: string): void => {
    const end = ends.get(id)
    const below = edges.filter(({ to }) => to === id)
    const again = seen.has(id) && below.length > 0
    lines.push(`${before}${id}${after}${end ? `, ${end}` : ''}${again ? ' (see above)' : ''}`)
    if (again) return
    seen.add(id)
    for (const { from, input, how } of below) tell(from, `${indent}${input}: `, HOW[how], `${indent}  `)
  }
  tell(root, '', '', '  ')
  return lines.join('\n')
}
