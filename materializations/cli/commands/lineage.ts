import { type Command, InvalidArgumentError, Option } from 'commander'
import type { LineageGraph } from '../../../lib/config/index.ts'
import { eventsOfVersions } from '../../openlineage/export.ts'
import { parseVersionAddress } from '../../operations/lineage-address.ts'
import { lineageBetween } from '../../operations/lineage-between.ts'
import { type AssetColumns, columnLineage, openLazyAnalyzer } from '../../operations/lineage-columns.ts'
import { traceLineage } from '../../operations/trace-lineage.ts'
import type { Session } from '../../session.ts'
import type { Register, Result } from '../command.ts'
import { lineageTree } from '../render/lineage.ts'
import { columnNotes } from '../render/lineage-columns.ts'
import { dotText, mermaidText } from '../render/lineage-diagrams.ts'
import { productVersion } from '../version.ts'
import { registerColumn } from './lineage-column.ts'
import { registerComparisons } from './lineage-comparisons.ts'
import { registerExport } from './lineage-export.ts'

export const lineage: Register = (program, on) => {
  const group = program
    .command('lineage')
    .argument('<key>', 'KEY, KEY@PARTITION, or KEY@PARTITION#NUMBER for one version')
    .description('what it was made from, and what was made from it')
    .option('--up <n>', 'levels upwards (default all)', levels)
    .option('--down <n>', 'levels downwards (default none)', levels)
    .option('--after <cursor>', 'go on where an answer stopped')
  on(withGraphOptions(group, 1_000), ({ session }, [address], options) =>
    session(async (open) => {
      const { format, columns, ...bounds } = options as unknown as LineageOptions
      const json = await traceLineage(open, { ...parseVersionAddress(open.graph, address!), ...bounds })
      return written(open, json, { format, columns })
    }),
  )
  const between = group.command('between <a> <b>').description('every version on the ways from one to the other')
  // An option that the command above has too is taken by that one, wherever it stands.
  on(withGraphOptions(between, 5_000), ({ session }, [a, b]) =>
    session(async (open) => {
      const { format, columns, limit, expand } = group.opts<LineageOptions>()
      const ends = { from: parseVersionAddress(open.graph, a!), to: parseVersionAddress(open.graph, b!) }
      return written(open, await lineageBetween(open, ends, { limit, expand }), { format, columns })
    }),
  )
  registerColumn(group, on)
  registerComparisons(group, on)
  registerExport(group, on)
}

/** Options of every answer that is a graph. */
function withGraphOptions(command: Command, nodes: number): Command {
  return command
    .option('--expand <n>', 'partitions of one input that are told one by one; more are one range (default 7)', count)
    .option('--limit <n>', `nodes at most (default ${nodes})`, limit)
    .option('--columns', 'where the columns of SQL assets come from')
    .addOption(
      new Option('--format <format>', 'how it is written')
        .choices(['tree', 'dot', 'mermaid', 'json', 'openlineage'])
        .default('tree'),
    )
}

interface LineageOptions {
  readonly up?: number
  readonly down?: number
  readonly expand?: number
  readonly limit?: number
  readonly after?: string
  readonly format: string
  readonly columns?: boolean | undefined
}

async function written(
  session: Session,
  graph: LineageGraph,
  { format, columns }: Pick<LineageOptions, 'format' | 'columns'>,
): Promise<Result> {
  const found = columns ? await columnsOf(session, graph) : undefined
  const json = found ? { ...graph, columns: [...found.values()] } : graph
  const notes = found && columnNotes(found, await session.code())
  switch (format) {
    case 'json':
      return { json, text: JSON.stringify(json, null, 2) }
    case 'dot':
      return { json, text: dotText(graph, notes) }
    case 'openlineage': {
      const events = await eventsOfVersions(session, productVersion(), versionNumbers(graph))
      return { json: events, text: JSON.stringify(events, null, 2) }
    }
    case 'mermaid':
      return { json, text: mermaidText(graph, notes) }
    default:
      return { json, text: lineageTree(graph, notes) }
  }
}

/** Of the nodes that are one version. */
function versionNumbers(graph: LineageGraph): number[] {
  return graph.nodes.flatMap(({ id }) => Number(/#(\d+)$/.exec(id)?.[1] ?? []))
}

async function columnsOf(
  { graph, definitions }: Session,
  found: LineageGraph,
): Promise<ReadonlyMap<string, AssetColumns>> {
  const analyzer = openLazyAnalyzer()
  try {
    return await columnLineage(graph, [...new Set(found.nodes.map(({ key }) => key))], analyzer, definitions.cacheDir)
  } finally {
    await analyzer.close()
  }
}

function levels(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number of levels.')
}

function count(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number of partitions.')
}

function limit(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 1 on.')
}
