import { type Command, InvalidArgumentError, Option } from 'commander'
import type { LineageGraph } from '../../../lib/config/index.ts'
import { parseVersionAddress } from '../../operations/lineage-address.ts'
import { lineageBetween } from '../../operations/lineage-between.ts'
import { traceLineage } from '../../operations/trace-lineage.ts'
import type { Register, Result } from '../command.ts'
import { lineageTree } from '../render/lineage.ts'
import { dotText, mermaidText } from '../render/lineage-diagrams.ts'
import { registerComparisons } from './lineage-comparisons.ts'

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
      const { format, ...bounds } = options as unknown as LineageOptions
      const json = await traceLineage(open, { ...parseVersionAddress(open.graph, address!), ...bounds })
      return written(json, format)
    }),
  )
  const between = group.command('between <a> <b>').description('every version on the ways from one to the other')
  // An option that the command above has too is taken by that one, wherever it stands.
  on(withGraphOptions(between, 5_000), ({ session }, [a, b]) =>
    session(async (open) => {
      const { format, limit, expand } = group.opts<LineageOptions>()
      const ends = { from: parseVersionAddress(open.graph, a!), to: parseVersionAddress(open.graph, b!) }
      return written(await lineageBetween(open, ends, { limit, expand }), format)
    }),
  )
  registerComparisons(group, on)
}

/** Options of every answer that is a graph. */
function withGraphOptions(command: Command, nodes: number): Command {
  return command
    .option('--expand <n>', 'partitions of one input that are told one by one; more are one range (default 7)', count)
    .option('--limit <n>', `nodes at most (default ${nodes})`, limit)
    .addOption(
      new Option('--format <format>', 'how it is written').choices(['tree', 'dot', 'mermaid', 'json']).default('tree'),
    )
}

interface LineageOptions {
  readonly up?: number
  readonly down?: number
  readonly expand?: number
  readonly limit?: number
  readonly after?: string
  readonly format: string
}

function written(json: LineageGraph, format: string): Result {
  switch (format) {
    case 'json':
      return { json, text: JSON.stringify(json, null, 2) }
    case 'dot':
      return { json, text: dotText(json) }
    case 'mermaid':
      return { json, text: mermaidText(json) }
    default:
      return { json, text: lineageTree(json) }
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
