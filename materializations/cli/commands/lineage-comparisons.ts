import type { Command } from 'commander'
import { shortVersion } from '../../operations/cause-groups.ts'
import { parseVersionAddress } from '../../operations/lineage-address.ts'
import { lineageDiff } from '../../operations/lineage-diff.ts'
import { type PartitionVersion, partitionVersions } from '../../operations/lineage-versions.ts'
import type { On } from '../command.ts'
import { diffText } from '../render/lineage-diff.ts'
import { table } from '../render/table.ts'
import { timeText } from '../render/words.ts'

/** `lineage diff` and `lineage versions`: what a partition was before, and what differs. */
export function registerComparisons(group: Command, on: On): void {
  on(
    group
      .command('diff <a> [b]')
      .description('what differs between two versions of an asset; without B: from the version before A')
      .option('--deep', 'follow changed inputs up to where the difference comes from'),
    ({ session }, [a, b], options) =>
      session(async (open) => {
        const from = parseVersionAddress(open.graph, a!)
        const to = b === undefined ? undefined : parseVersionAddress(open.graph, b)
        const json = await lineageDiff(open, from, to, { deep: options.deep === true })
        return { json, text: diffText(json) }
      }),
  )
  on(
    group
      .command('versions <key[@partition]>')
      .description('what was recorded of a partition, the newest first')
      .option('--limit <n>', 'how many (default 20)'),
    ({ session }, [address]) =>
      session(async (open) => {
        // Taken by the command above, which has it too.
        const { limit = 20 } = group.opts<{ limit?: number }>()
        const json = await partitionVersions(open, parseVersionAddress(open.graph, address!), limit)
        return { json, text: versionsTable(json) }
      }),
  )
}

function versionsTable(versions: readonly PartitionVersion[]): string {
  const columns = [
    { title: 'VERSION' },
    { title: 'MADE (UTC)' },
    { title: 'RUN' },
    { title: 'CODE' },
    { title: 'DATA' },
    { title: '' },
  ]
  const numberAt = versions[0]!.id.lastIndexOf('#')
  const rows = versions.map(({ id, madeAt, runId, codeVersion, dataVersion, current }) => [
    id.slice(numberAt),
    timeText(madeAt),
    runId.slice(0, 8),
    codeVersion === null ? '-' : shortVersion(codeVersion),
    shortVersion(dataVersion),
    current ? 'current' : '',
  ])
  return `${versions[0]!.id.slice(0, numberAt)}\n${table(columns, rows)}`
}
