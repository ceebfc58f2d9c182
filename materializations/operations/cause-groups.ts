import type { AssetKey, PartitionSpace } from '../../lib/graph/index.ts'
import { partitionKey } from '../../lib/graph/index.ts'
import type { Cause } from '../planner/causes.ts'

/** One cause that several partitions of an asset share. */
export interface CauseGroup {
  readonly kind: Cause['kind']
  readonly upstream?: AssetKey
  /** An upstream partition that changed, as an example. */
  readonly partition?: string
  /** Other upstream partitions changed too. */
  readonly others?: true
  readonly from?: string
  readonly to?: string
  readonly message?: string
  /** Partitions of the asset that have this cause. */
  readonly count: number
  /** The first of them, as an example. */
  readonly example: string
}

/** Joins causes of the same kind, upstream and change; the commonest first. */
export function groupCauses(
  space: PartitionSpace,
  causes: Iterable<readonly [ordinal: number, causes: readonly Cause[]]>,
): CauseGroup[] {
  const groups = new Map<string, CauseGroup>()
  for (const [ordinal, list] of causes) {
    for (const cause of list) {
      const { partitions, ...described } = describe(cause)
      const id =
        cause.kind === 'missing'
          ? ''
          : JSON.stringify([cause.kind, described.upstream, identity(cause), described.message])
      const known = groups.get(id)
      groups.set(
        id,
        known
          ? {
              ...known,
              ...(changedToo(known.partition, partitions) && { others: true as const }),
              count: known.count + 1,
            }
          : {
              ...described,
              ...(partitions?.[0] !== undefined && { partition: partitions[0] }),
              ...(changedToo(partitions?.[0], partitions) && { others: true as const }),
              count: 1,
              example: partitionKey(space, ordinal),
            },
      )
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}

function changedToo(example: string | undefined, partitions: readonly string[] = []): boolean {
  return partitions.length > 1 || (partitions.length === 1 && partitions[0] !== example)
}

interface Described {
  readonly kind: Cause['kind']
  readonly upstream?: AssetKey
  readonly from?: string
  readonly to?: string
  readonly message?: string
  readonly partitions?: readonly string[]
}

function describe(cause: Cause): Described {
  return { ...cause }
}

/** Windows differ from partition to partition: what moved in `deps` counts as one change. */
function identity(cause: Cause): string {
  return cause.kind === 'code' || cause.kind === 'partitions' ? `${cause.from} ${cause.to}` : ''
}

/** A cause in words. */
export function causeText(cause: CauseGroup | Cause): string {
  switch (cause.kind) {
    case 'missing':
      return 'never made'
    case 'unfinished':
      return 'a swap was begun and not recorded'
    case 'failed':
      return `the last attempt failed: ${cause.message ?? ''}`
    case 'forced':
      return 'asked for by --force'
    case 'restated':
      return `${cause.upstream} is taken anew, as asked for by --restate`
    case 'code':
      return `its code changed (${shortVersion(cause.from!)} -> ${shortVersion(cause.to!)})`
    case 'partitions':
      return `its partitions changed (${cause.from} -> ${cause.to})`
    case 'deps':
      return `its inputs changed: ${depsText(cause)}`
    case 'data':
      return `${cause.upstream} changed${changedText(cause)}`
    case 'upstream':
      return `${cause.upstream} will be remade, and may come out the same`
  }
}

function depsText(cause: { readonly upstream?: string; readonly from?: string; readonly to?: string }): string {
  if (cause.from === undefined) return `it now reads ${cause.to}`
  if (cause.to === undefined) return `it no longer reads ${cause.from}`
  return `${cause.from} -> ${cause.to}`
}

function changedText(cause: object): string {
  if ('partitions' in cause && Array.isArray(cause.partitions)) {
    const [first, ...others] = cause.partitions as string[]
    if (first === undefined || first === '') return ''
    return others.length === 0 ? ` (${first})` : ` (${first} and ${others.length} more)`
  }
  if (!('partition' in cause) || cause.partition === '') return ''
  return 'others' in cause ? ` (${cause.partition} and others)` : ` (${cause.partition})`
}

/** The start of a version's hash: enough to tell two apart. */
export function shortVersion(version: string): string {
  const hash = /:([0-9a-f]{8})[0-9a-f]*(@|$)/.exec(version)?.[1]
  return hash ?? version.split('@')[0]!.slice(0, 24)
}
