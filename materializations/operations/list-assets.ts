import type { Asset, AssetKey, Graph, PartitionsDefinition, TimePartitions } from '../../lib/graph/index.ts'
import { mappingText, placeOf } from '../../lib/graph/index.ts'

export interface AssetListing {
  readonly key: AssetKey
  readonly kind: Asset['kind']
  readonly kinds: readonly string[]
  readonly group: string
  /** Where its partitions live; null for external assets and effects. */
  readonly store: string | null
  readonly partitions: string
  readonly deps: readonly AssetKey[]
  readonly inputs: readonly { readonly name: string; readonly upstream: AssetKey; readonly mapping: string }[]
  readonly codeVersion: string | null
  readonly description: string | null
  readonly owners: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  /** `file:line` of the declaration. */
  readonly source: string | null
}

/** Pure: the selected assets as declared, with today's code versions. */
export function listAssets(
  graph: Graph,
  keys: readonly AssetKey[],
  code: ReadonlyMap<AssetKey, string>,
): AssetListing[] {
  return keys.map((key) => {
    const asset = graph.asset(key)
    const edges = graph.upstream.get(key)!
    return {
      key,
      kind: asset.kind,
      kinds: asset.kinds,
      group: asset.group,
      store: asset.kind === 'external' || asset.kind === 'effect' ? null : asset.store.kind,
      partitions: partitionsText(asset.partitions),
      deps: [...new Set(edges.map((edge) => edge.upstream))],
      inputs: edges.map(({ name, upstream, mapping }) => ({ name, upstream, mapping: mappingText(mapping) })),
      codeVersion: code.get(key) ?? null,
      description: asset.description ?? null,
      owners: asset.owners,
      tags: asset.tags,
      source: asset.source ? placeOf(asset.source) : null,
    }
  })
}

/** A partitions definition in words: `daily from 2026-01-01`, `monthly from 2026-01 x trial,paid`, `-` for a single partition. */
export function partitionsText(definition: PartitionsDefinition): string {
  switch (definition.kind) {
    case 'single':
      return '-'
    case 'fixed':
      return definition.keys.length > 4 ? `${definition.keys.length} keys` : definition.keys.join(',')
    case 'dynamic':
      return `dynamic ${definition.name}`
    case 'time':
      return timeText(definition)
    case 'cross':
      return definition.dimensions.map((dimension) => partitionsText(dimension.definition)).join(' x ')
  }
}

const WEEKDAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays']

function timeText(time: TimePartitions): string {
  const clock = `${two(time.hourOffset)}:${two(time.minuteOffset)}`
  const at = clock === '00:00' ? '' : ` at ${clock}`
  const begins: Readonly<Record<TimePartitions['grain'], string>> = {
    hour: `hourly${time.minuteOffset > 0 ? ` at :${two(time.minuteOffset)}` : ''}`,
    day: `daily${at}`,
    week: `weekly on ${WEEKDAYS[time.dayOffset]}${at}`,
    month: `monthly${time.dayOffset > 1 ? ` on day ${time.dayOffset}` : ''}${at}`,
    cron: `cron '${time.schedule}'`,
  }
  return `${begins[time.grain]} from ${time.start}${time.end === undefined ? '' : ` to ${time.end}`}`
}

const two = (n: number): string => String(n).padStart(2, '0')
