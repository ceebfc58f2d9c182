import { InvalidArgumentError, Option } from 'commander'
import { traceLineage } from '../../operations/trace-lineage.ts'
import { parseAddress } from '../../planner/request.ts'
import type { Register } from '../command.ts'
import { dotText, lineageTree, mermaidText } from '../render/lineage.ts'

export const lineage: Register = (program, on) => {
  on(
    program
      .command('lineage <key[@partition]>')
      .description('what it was made from, and what was made from it')
      .option('--up <n>', 'levels upwards (default all)', levels)
      .option('--down <n>', 'levels downwards (default none)', levels)
      .addOption(
        new Option('--format <format>', 'how it is written')
          .choices(['tree', 'dot', 'mermaid', 'json'])
          .default('tree'),
      ),
    ({ session }, [address], options) =>
      session(async (open) => {
        const { up, down, format } = options as { up?: number; down?: number; format: string }
        const { key, partition } = parseAddress(open.graph, address!)
        const json = await traceLineage(open, { key, partition, up, down })
        const text =
          format === 'json'
            ? JSON.stringify(json, null, 2)
            : format === 'dot'
              ? dotText(json)
              : format === 'mermaid'
                ? mermaidText(json)
                : lineageTree(json)
        return { json, text }
      }),
  )
}

function levels(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number of levels.')
}
