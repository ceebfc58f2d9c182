import { causeText } from '../../operations/cause-groups.ts'
import { selectAssets } from '../../operations/select-assets.ts'
import { type AssetStatus, assetStatuses, type PartitionState, partitionStates } from '../../operations/status.ts'
import type { Register } from '../command.ts'
import { table } from '../render/table.ts'
import { timeText } from '../render/words.ts'

export const status: Register = (program, on) => {
  on(
    program
      .command('status [selection]')
      .description('state of each asset, as recorded; looks at no source')
      .option('--partitions', 'each partition by itself'),
    ({ session }, [selection], options) =>
      session(async (open) => {
        const keys = await selectAssets(open, selection ?? '*')
        const state = await open.state()
        if (options.partitions === true) {
          const json = await partitionStates(open.lineage, state, keys)
          return { json, text: partitionTable(json) }
        }
        const json = assetStatuses(state, keys)
        return { json, text: assetTable(json) }
      }),
  )
}

function assetTable(statuses: readonly AssetStatus[]): string {
  const columns = [
    { title: 'ASSET' },
    ...['FRESH', 'STALE', 'MISSING', 'FAILED'].map((title) => ({ title, align: 'right' as const })),
    { title: 'WHY', flexible: true },
  ]
  const rows = statuses.map(({ key, partitions, causes }) => {
    const { fresh, stale, missing, failed, possible } = partitions
    const why = causes.filter((cause) => cause.kind !== 'missing').map(causeText)
    if (possible > 0) why.push(`${possible} may change with their inputs`)
    return [key, ...[fresh, stale, missing, failed].map((count) => (count === 0 ? '.' : String(count))), why.join('; ')]
  })
  return table(columns, rows)
}

function partitionTable(partitions: readonly PartitionState[]): string {
  const columns = [
    { title: 'ASSET' },
    { title: 'PARTITION' },
    { title: 'STATUS' },
    { title: 'MADE (UTC)' },
    { title: 'WHY', flexible: true },
  ]
  const rows = partitions.map(({ key, partition, status, possible, madeAt, causes }) => [
    key,
    partition,
    possible ? 'fresh?' : status,
    timeText(madeAt),
    status === 'missing' ? '' : causes.map(causeText).join('; '),
  ])
  return table(columns, rows)
}
