import { recordAssetStates } from '../../lineage/asset-states.ts'
import { causeText } from '../../operations/cause-groups.ts'
import { type FreshnessReport, freshnessOf } from '../../operations/freshness.ts'
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
        const statuses = assetStatuses(state, keys)
        // A look at everything is kept for people who read the lineage store with SQL.
        if (keys.length === open.graph.order.length) await recordAssetStates(open.lineage, statuses, open.now)
        const json = statuses.map((one) => ({ ...one, freshness: freshnessOf(state, one.key) ?? null }))
        return { json, text: assetTable(json) }
      }),
  )
}

interface ShownStatus extends AssetStatus {
  readonly freshness: FreshnessReport | null
}

function assetTable(statuses: readonly ShownStatus[]): string {
  const hasFreshness = statuses.some(({ freshness }) => freshness !== null)
  const columns = [
    { title: 'ASSET' },
    ...['FRESH', 'STALE', 'MISSING', 'FAILED'].map((title) => ({ title, align: 'right' as const })),
    ...(hasFreshness ? [{ title: 'FRESHNESS' }] : []),
    { title: 'WHY', flexible: true },
  ]
  const rows = statuses.map(({ key, partitions, causes, freshness }) => {
    const { fresh, stale, missing, failed, possible } = partitions
    const why = causes.filter((cause) => cause.kind !== 'missing').map(causeText)
    if (possible > 0) why.push(`${possible} may change with their inputs`)
    if (freshness && freshness.state !== 'pass') why.push(freshness.detail)
    const counts = [fresh, stale, missing, failed].map((count) => (count === 0 ? '.' : String(count)))
    return [key, ...counts, ...(hasFreshness ? [freshness?.state.toUpperCase() ?? ''] : []), why.join('; ')]
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
