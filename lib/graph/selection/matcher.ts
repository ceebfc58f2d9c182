import type { Asset } from '../assets/types.ts'
import type { PartitionsDefinition } from '../partitions/definitions.ts'
import type { Grain } from '../partitions/time-partitions.ts'
import type { SelectionFacts } from './facts.ts'
import type { AttributeSelection, PartitioningWord, ShapeWord, StatusWord } from './syntax.ts'

/** Whether an asset has an attribute; `facts` answer what is not declared (see `requireFacts`). */
export function matcher({ name, value }: AttributeSelection, facts: SelectionFacts): (asset: Asset) => boolean {
  const pattern = wildcard(value)
  switch (name) {
    case 'key':
      return (asset) => pattern.test(asset.key)
    case 'group':
      return (asset) => pattern.test(asset.group)
    case 'kind':
      return (asset) => asset.kinds.some((kind) => pattern.test(kind))
    case 'owner':
      return (asset) => asset.owners.some((owner) => pattern.test(owner))
    case 'tag':
      return tagMatcher(value)
    case 'is':
      return (asset) => isOfShape(asset, value as ShapeWord)
    case 'partitions':
      return (asset) => partitionings(asset.partitions).includes(value as PartitioningWord)
    case 'status':
      return ({ key }) => isInStatus(facts.statuses?.get(key), value as StatusWord)
    case 'changed':
      return ({ key }) => facts.changed?.get(value)?.has(key) ?? false
  }
}

function tagMatcher(value: string): (asset: Asset) => boolean {
  // Only the first '=' divides: values may hold more.
  const { tag, wanted } = /^(?<tag>[^=]*)(=(?<wanted>.*))?$/s.exec(value)!.groups as { tag: string; wanted?: string }
  const tagPattern = wildcard(tag)
  const valuePattern = wanted === undefined ? undefined : wildcard(wanted)
  return (asset) => Object.entries(asset.tags).some(([k, v]) => tagPattern.test(k) && (valuePattern?.test(v) ?? true))
}

function isOfShape(asset: Asset, shape: ShapeWord): boolean {
  return shape === 'materializable' ? asset.kind !== 'external' : asset.kind === shape
}

/** One bad partition makes an asset stale, missing or failed; it is fresh when all of them are. */
function isInStatus(found: ReadonlySet<StatusWord> | undefined, wanted: StatusWord): boolean {
  if (!found) return false
  return found.has(wanted) && (wanted !== 'fresh' || found.size === 1)
}

const GRAINS: Readonly<Record<Grain, PartitioningWord>> = {
  hour: 'hourly',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  cron: 'cron',
}

/** Every word of `partitions:` that fits a definition. */
function partitionings(definition: PartitionsDefinition): readonly PartitioningWord[] {
  switch (definition.kind) {
    case 'single':
      return ['none']
    case 'cross':
      return ['cross', ...definition.dimensions.flatMap((dimension) => partitionings(dimension.definition))]
    case 'time':
      return [GRAINS[definition.grain]]
    case 'fixed':
    case 'dynamic':
      return [definition.kind]
  }
}

function wildcard(pattern: string): { test(text: string): boolean } {
  if (!pattern.includes('*')) return { test: (text) => text === pattern }
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${escaped}$`, 's')
}
