import {
  type AssetKey,
  type Graph,
  mappingText,
  type PartitionMapping,
  type PartitionSpace,
  type PartitionsDefinition,
  partitionSpace,
} from '../../../../lib/graph/index.ts'
import { naiveReads, split } from '../../../lib/graph/support/naive-mappings.ts'
import { type AssetSpec, codeOf, type InputSpec, type World } from './world.ts'

/*
 * Staleness and plans in plain loops over partition keys. Every version of every upstream partition that a
 * materialization read is written down by name: no intervals, no ordinals, no sums of hashes.
 */

/** What one input was made from. */
export interface ReadRecord {
  readonly input: InputSpec
  readonly mapping: string
  /** Which partitions it meant: times, and one fixed key or all of them. */
  readonly times: readonly string[]
  readonly fixed: string | null
  /** Data version of each partition that was there. */
  readonly versions: Readonly<Record<string, string>>
  readonly seq: number
  readonly restated: boolean
}

export interface VersionRecord {
  readonly seq: number
  readonly code: string
  readonly signature: string
  readonly data: string
  readonly reads: readonly ReadRecord[]
}

export interface PartitionMemory {
  current?: VersionRecord
  failure?: string
  unfinished?: boolean
}

export interface PastVersion {
  readonly partition: string
  readonly seq: number
  readonly at: Date
  readonly data: string
}

export interface Memory {
  readonly partitions: Map<AssetKey, Map<string, PartitionMemory>>
  readonly past: Map<AssetKey, PastVersion[]>
  seq: number
}

export interface RefRequest {
  readonly selected: readonly AssetKey[]
  readonly request:
    | { kind: 'all' }
    | { kind: 'latest' }
    | { kind: 'keys'; keys: readonly string[] }
    | { kind: 'range'; from: string; to: string }
  readonly force: boolean
  readonly effects: boolean
}

/** One asset's part of a plan, by partition key; causes as short texts. */
export interface RefEntry {
  readonly key: AssetKey
  readonly proven: readonly string[]
  readonly possible: readonly string[]
  readonly blocked: readonly string[]
  readonly causes: Readonly<Record<string, readonly string[]>>
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Zones without daylight saving in the years of the tests. */
const OFFSETS: Readonly<Record<string, number>> = { UTC: 0, 'Europe/Moscow': 3, 'Asia/Tokyo': 9 }

export class Reference {
  readonly #world: World
  readonly #memory: Memory
  readonly #restate: boolean
  readonly #specs: Map<AssetKey, AssetSpec>
  readonly #spaces: Map<AssetKey, PartitionSpace>
  readonly #existing = new Map<AssetKey, string[]>()
  readonly #order: readonly AssetKey[]
  /** Definitions do not change under a reference: what is read is looked up once. */
  readonly #reads = new Map<InputSpec, Map<string, string[]>>()

  constructor(world: World, graph: Graph, memory: Memory, restate: boolean) {
    this.#world = world
    this.#memory = memory
    this.#restate = restate
    this.#order = graph.order
    this.#specs = new Map(world.assets.map((spec) => [spec.key, spec]))
    this.#spaces = new Map(world.assets.map((spec) => [spec.key, partitionSpace(spec.partitions)]))
  }

  existing(key: AssetKey): readonly string[] {
    const keys = this.#existing.get(key) ?? existingKeys(this.#specs.get(key)!.partitions, this.#world.now)
    this.#existing.set(key, keys)
    return keys
  }

  #partition(key: AssetKey, partition: string): PartitionMemory {
    return this.#memory.partitions.get(key)?.get(partition) ?? {}
  }

  #readable(key: AssetKey, partition: string): VersionRecord | undefined {
    const { current, unfinished } = this.#partition(key, partition)
    return unfinished ? undefined : current
  }

  /** Upstream partitions that one partition reads. */
  reads(key: AssetKey, input: InputSpec, partition: string): string[] {
    const known = this.#reads.get(input) ?? new Map<string, string[]>()
    this.#reads.set(input, known)
    let keys = known.get(partition)
    if (!keys) {
      const [down, up] = [this.#spaces.get(key)!, this.#spaces.get(input.upstream)!]
      keys = naiveReads(input.mapping, down, up, this.existing(input.upstream), partition)
      known.set(partition, keys)
    }
    return keys
  }

  /** The input as it would be recorded now. */
  read(key: AssetKey, input: InputSpec, partition: string): ReadRecord {
    const [down, up] = [this.#spaces.get(key)!, this.#spaces.get(input.upstream)!]
    const keys = this.reads(key, input, partition)
    const base = {
      input,
      mapping: resolvedText(input.mapping, down, up),
      times: [...new Set(keys.map((one) => split(up, one).time ?? ''))],
      fixed: fixedRead(input.mapping, down, up, partition, keys),
      seq: this.#memory.seq,
    }
    const versions: Record<string, string> = {}
    if (input.mapping.kind !== 'asOf') {
      for (const one of keys) {
        const data = this.#readable(input.upstream, one)?.data
        if (data !== undefined) versions[one] = data
      }
      return { ...base, versions, restated: false }
    }
    const pinned = this.#pinned(key, input, partition)
    if (pinned) return pinned
    for (const one of keys) {
      const past = this.#inForce(key, input, partition, one)
      if (past) versions[one] = past.data
    }
    return { ...base, versions, restated: this.#restate }
  }

  #pinned(key: AssetKey, input: InputSpec, partition: string): ReadRecord | undefined {
    if (this.#restate) return undefined
    return this.#partition(key, partition).current?.reads.find(
      (read) =>
        read.restated &&
        read.mapping === 'asOf' &&
        read.input.name === input.name &&
        read.input.upstream === input.upstream,
    )
  }

  #inForce(key: AssetKey, input: InputSpec, partition: string, upstreamPartition: string): PastVersion | undefined {
    const past = (this.#memory.past.get(input.upstream) ?? []).filter((one) => one.partition === upstreamPartition)
    if (this.#restate) return past.at(-1)
    const pinned = this.#pinned(key, input, partition)
    if (pinned) return past.filter((one) => one.seq <= pinned.seq).at(-1)
    const end = windowEnd(this.#spaces.get(key)!, partition)
    return past.filter((one) => one.at <= end).at(-1) ?? past[0]
  }

  /** Data version of each partition that a step would be given. */
  given(key: AssetKey, partition: string): Record<string, string>[] {
    return this.#specs.get(key)!.inputs.map((input) => {
      if (input.mapping.kind !== 'asOf') return { ...this.read(key, input, partition).versions }
      const found = this.reads(key, input, partition).map(
        (one) => [one, this.#inForce(key, input, partition, one)] as const,
      )
      return Object.fromEntries(found.flatMap(([one, past]) => (past ? [[one, past.data]] : [])))
    })
  }

  /** Why a partition is stale for certain. */
  causes(key: AssetKey, partition: string): string[] {
    const spec = this.#specs.get(key)!
    const { current, failure, unfinished } = this.#partition(key, partition)
    if (unfinished) return ['unfinished']
    if (!current) return [failure ? 'failed' : 'missing']
    if (spec.kind !== 'function') return []
    const causes: string[] = failure ? ['failed'] : []
    const [was, is] = [current.code, codeOf(this.#world, spec)]
    if (was !== is && was.split(':')[0] === is.split(':')[0]) causes.push('code')
    if (current.signature !== signature(spec.partitions)) causes.push('partitions')
    for (const input of spec.inputs) {
      const before = current.reads.find((read) => read.input.name === input.name)
      const today = this.read(key, input, partition)
      if (
        !before ||
        before.input.upstream !== input.upstream ||
        before.mapping !== today.mapping ||
        !sameExtent(before, today)
      )
        causes.push(`deps:${input.upstream}`)
      else if (!sameVersions(before.versions, today.versions)) {
        const since = this.reads(key, input, partition).filter(
          (one) => (this.#partition(input.upstream, one).current?.seq ?? 0) > before.seq,
        )
        const restated = this.#restate && input.mapping.kind === 'asOf'
        causes.push(restated ? `restated:${input.upstream}` : `data:${input.upstream}:${since.join()}`)
      }
    }
    for (const { input } of current.reads)
      if (!spec.inputs.some(({ name }) => name === input.name)) causes.push(`deps:${input.upstream}`)
    return causes
  }

  requested({ selected, request }: RefRequest): Map<AssetKey, string[]> {
    const requested = new Map<AssetKey, string[]>()
    for (const key of selected) {
      const space = this.#spaces.get(key)!
      const existing = this.existing(key)
      const newest = existing
        .map((one) => split(space, one).time ?? '')
        .sort()
        .at(-1)
      switch (request.kind) {
        case 'all':
          requested.set(key, [...existing])
          break
        case 'latest':
          requested.set(
            key,
            existing.filter((one) => (split(space, one).time ?? '') === newest),
          )
          break
        case 'keys': {
          const found = existing.filter((one) => request.keys.includes(one))
          if (request.keys.some((one) => sameForm(space, one))) requested.set(key, found)
          break
        }
        case 'range':
          if (space.time) {
            requested.set(
              key,
              existing.filter((one) => {
                const time = split(space, one).time!
                return time.padEnd(10, '-99') >= request.from.padEnd(10, '-00') && time <= request.to.padEnd(10, '-99')
              }),
            )
          }
      }
    }
    return requested
  }

  plan(options: RefRequest): { entries: RefEntry[]; warnings: string[] } {
    const requested = this.requested(options)
    const planned = new Map<AssetKey, string[]>()
    const entries: RefEntry[] = []
    const warnings: string[] = []
    for (const key of this.#order) {
      const spec = this.#specs.get(key)!
      const wanted = requested.get(key)
      if (spec.kind === 'external' || !wanted) continue
      const entry = this.#planAsset(spec, this.#eligible(spec, wanted, options), planned, options)
      if (entry.proven.length + entry.possible.length + entry.blocked.length > 0) entries.push(entry)
      planned.set(key, [...entry.proven, ...entry.possible])
      for (const input of spec.inputs) {
        const upstream = this.#specs.get(input.upstream)!
        if (upstream.kind === 'external' || requested.has(input.upstream)) continue
        const read = new Set(wanted.flatMap((one) => this.reads(key, input, one)))
        const stale = this.existing(input.upstream).filter(
          (one) => read.has(one) && this.causes(input.upstream, one).length > 0,
        )
        if (stale.length > 0) warnings.push(`${key} reads ${stale.length} of ${input.upstream}`)
      }
    }
    return { entries, warnings }
  }

  #eligible(spec: AssetSpec, wanted: string[], options: RefRequest): string[] {
    if (spec.kind !== 'effect' || (options.effects && options.request.kind !== 'all')) return wanted
    const newest = this.requested({ ...options, selected: [spec.key], request: { kind: 'latest' } }).get(spec.key)!
    return wanted.filter((one) => newest.includes(one))
  }

  #planAsset(spec: AssetSpec, wanted: string[], planned: Map<AssetKey, string[]>, options: RefRequest): RefEntry {
    const { key } = spec
    const proven: string[] = []
    const possible: string[] = []
    const blocked: string[] = []
    const causes: Record<string, string[]> = {}
    for (const partition of wanted) {
      const own = this.causes(key, partition)
      if (own.length === 0 && options.force && spec.kind !== 'effect') own.push('forced')
      const isProven = own.length > 0
      for (const input of spec.inputs) {
        if (spec.kind === 'effect' && !isProven) continue
        const remade = this.reads(key, input, partition).some((one) => planned.get(input.upstream)?.includes(one))
        if (remade && this.#follows(key, input, partition)) own.push(`upstream:${input.upstream}`)
      }
      if (own.length === 0) continue
      const reason = this.#lack(spec, partition, planned)
      if (reason) {
        blocked.push(`${partition}: ${reason}`)
        continue
      }
      causes[partition] = own
      if (isProven) proven.push(partition)
      else possible.push(partition)
    }
    return { key, proven, possible, blocked, causes }
  }

  /** Whether a new version of the upstream can matter to this partition at all. */
  #follows(key: AssetKey, input: InputSpec, partition: string): boolean {
    if (input.mapping.kind !== 'asOf' || this.#restate) return true
    if (this.#pinned(key, input, partition)) return false
    if (windowEnd(this.#spaces.get(key)!, partition) >= this.#world.now) return true
    return this.reads(key, input, partition).some((one) => !this.#inForce(key, input, partition, one))
  }

  #lack(spec: AssetSpec, partition: string, planned: Map<AssetKey, string[]>): string | undefined {
    for (const input of spec.inputs) {
      const { upstream } = input
      const keys = this.reads(spec.key, input, partition)
      const absent = keys.filter((one) =>
        input.mapping.kind === 'asOf'
          ? !this.#inForce(spec.key, input, partition, one)
          : !this.#readable(upstream, one),
      )
      const unborn = absent.find((one) => !this.existing(upstream).includes(one))
      if (unborn !== undefined) return `${upstream}@${unborn} does not exist yet`
      const never = absent.filter((one) => !planned.get(upstream)?.includes(one))
      const [first] = never
      if (first === undefined) continue
      const others = never.length > 1 ? ` and ${never.length - 1} more` : ''
      return this.#specs.get(upstream)!.kind === 'external'
        ? `the source ${upstream} has nothing for ${first || 'it'}${others}`
        : `${upstream}${first && `@${first}`}${others} was never made`
    }
    return undefined
  }

  /** Whether a run can make a partition now, failures of the run counted in. */
  runnable(key: AssetKey, partition: string, broken: ReadonlySet<string>): boolean {
    return this.#specs
      .get(key)!
      .inputs.every((input) =>
        this.reads(key, input, partition).every((one) =>
          input.mapping.kind === 'asOf'
            ? this.#inForce(key, input, partition, one)
            : this.#readable(input.upstream, one) && !broken.has(`${input.upstream}@${one}`),
        ),
      )
  }
}

function existingKeys(definition: PartitionsDefinition, now: Date): string[] {
  const space = partitionSpace(definition)
  const { time } = space
  if (!time) return [...space.keys]
  const keys: string[] = []
  const form = time.grain === 'day' ? 10 : 7
  for (let ms = Date.parse(time.start); ; ) {
    const from = new Date(ms)
    const key = from.toISOString().slice(0, form)
    const next = time.grain === 'day' ? ms + DAY : Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1)
    const born = next - OFFSETS[time.timezone]! * HOUR + time.delay.days * DAY + time.delay.hours * HOUR
    if (born > now.getTime() || (time.end !== undefined && key >= time.end)) return keys
    for (const fixed of space.keys) {
      if (space.definition.kind !== 'cross') keys.push(key)
      else keys.push(space.definition.dimensions[0].definition.kind === 'time' ? `${key}|${fixed}` : `${fixed}|${key}`)
    }
    ms = next
  }
}

function windowEnd(space: PartitionSpace, partition: string): Date {
  const time = split(space, partition).time!
  const from = new Date(time.length === 7 ? `${time}-01T00:00:00Z` : `${time}T00:00:00Z`)
  const next = time.length === 7 ? Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1) : from.getTime() + DAY
  return new Date(next - OFFSETS[space.time!.timezone]! * HOUR)
}

function sameForm(space: PartitionSpace, key: string): boolean {
  const { time, fixed } = split(space, key)
  const form = space.time?.grain === 'day' ? /^\d{4}-\d{2}-\d{2}$/ : /^\d{4}-\d{2}$/
  return space.time ? time !== undefined && form.test(time) && space.keys.includes(fixed) : space.keys.includes(key)
}

export function signature(definition: PartitionsDefinition): string {
  if (definition.kind === 'time') return `${definition.grain}@${definition.timezone}`
  if (definition.kind !== 'cross') return definition.kind
  return definition.dimensions.map((d) => `${d.name}=${signature(d.definition)}`).join('|')
}

/** Keys that an input names, whatever the time; null: every key there is. */
function fixedRead(
  mapping: PartitionMapping,
  down: PartitionSpace,
  up: PartitionSpace,
  partition: string,
  read: readonly string[],
): string | null {
  if (up.fixedNames.length === 0 || mapping.kind === 'all') return null
  const named = [...new Set(read.map((one) => split(up, one).fixed))].sort().join('+')
  switch (mapping.kind) {
    case 'static':
    case 'specific':
      return named
    case 'dimension':
      return mapping.name === up.timeName || mapping.name === down.timeName ? null : named
    case 'perDimension':
      return mapping.mappings.s?.kind === 'all' ? null : named
    default:
      return down.keys.join() === up.keys.join() ? split(down, partition).fixed : null
  }
}

function resolvedText(mapping: PartitionMapping, down: PartitionSpace, up: PartitionSpace): string {
  // Keys are joined and time is not: of all times there are.
  const isOfKeys = mapping.kind === 'static' ? !down.time : mapping.kind === 'dimension' && mapping.name === 's'
  if (up.time && isOfKeys) return 'all'
  if (mapping.kind !== 'default') return mappingText(mapping)
  if (down.time && up.time) return signature(down.time) === signature(up.time) ? 'identity' : 'overlap(0,0)'
  return !down.time && !up.time && down.keys.join() === up.keys.join() ? 'identity' : 'all'
}

/** Windows that move by their meaning are told by what they hold. */
function sameExtent(before: ReadRecord, today: ReadRecord): boolean {
  if (['all', 'last', 'asOf'].includes(before.mapping)) return true
  if (before.times.length === 0 && today.times.length === 0) return true
  return before.times.join() === today.times.join() && before.fixed === today.fixed
}

function sameVersions(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
