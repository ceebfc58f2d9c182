import type { AssetKey, Graph, TimePartitions } from '../../../../lib/graph/index.ts'
import {
  calendarOf,
  existingNames,
  keysOf,
  meaningOf,
  nameOf,
  namesRead,
  partsOf,
  type Read,
  readOf,
  type Side,
  sideOf,
  timesOf,
  windowOf,
} from './plain.ts'
import { type AssetSpec, codeOf, type InputSpec, type World } from './world.ts'

/*
 * Staleness and plans in plain loops over partition keys. Every version of every upstream partition that a
 * materialization read is written down by name: no intervals, no ordinals, no sums of hashes.
 */

/** What one input was made from. */
export interface ReadRecord {
  readonly input: InputSpec
  /** Which partitions it meant, and how times are told apart there. */
  readonly read: Read
  readonly calendar: string
  /** What a partition of the upstream meant. */
  readonly upstreamMeaning: string
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
    | { kind: 'sets'; names: ReadonlyMap<AssetKey, readonly string[]> }
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

export class Reference {
  readonly #world: World
  readonly #memory: Memory
  readonly #restate: boolean
  readonly #specs: Map<AssetKey, AssetSpec>
  readonly #sides: Map<AssetKey, Side>
  readonly #existing = new Map<AssetKey, string[]>()
  readonly #order: readonly AssetKey[]
  /** Definitions do not change under a reference: what is read is looked up once. */
  readonly #reads = new Map<InputSpec, Map<string, { readonly read: Read; readonly names: string[] }>>()

  constructor(world: World, graph: Graph, memory: Memory, restate: boolean) {
    this.#world = world
    this.#memory = memory
    this.#restate = restate
    this.#order = graph.order
    this.#specs = new Map(world.assets.map((spec) => [spec.key, spec]))
    this.#sides = new Map(
      world.assets.map((spec) => [spec.key, sideOf(spec.partitions, world.members ?? {}, world.now)]),
    )
  }

  side(key: AssetKey): Side {
    return this.#sides.get(key)!
  }

  spec(key: AssetKey): AssetSpec {
    return this.#specs.get(key)!
  }

  existing(key: AssetKey): readonly string[] {
    const names = this.#existing.get(key) ?? existingNames(this.side(key))
    this.#existing.set(key, names)
    return names
  }

  #partition(key: AssetKey, partition: string): PartitionMemory {
    return this.#memory.partitions.get(key)?.get(partition) ?? {}
  }

  #readable(key: AssetKey, partition: string): VersionRecord | undefined {
    const { current, unfinished } = this.#partition(key, partition)
    return unfinished ? undefined : current
  }

  #look(key: AssetKey, input: InputSpec, partition: string) {
    const known = this.#reads.get(input) ?? new Map<string, { readonly read: Read; readonly names: string[] }>()
    this.#reads.set(input, known)
    let found = known.get(partition)
    if (!found) {
      const [down, up] = [this.side(key), this.side(input.upstream)]
      const read = readOf(input.mapping, down, up, partsOf(down, partition)!)
      found = { read, names: namesRead(up, read) }
      known.set(partition, found)
    }
    return found
  }

  /** Upstream partitions that one partition reads. */
  reads(key: AssetKey, input: InputSpec, partition: string): readonly string[] {
    return this.#look(key, input, partition).names
  }

  /** The input as it would be recorded now. */
  read(key: AssetKey, input: InputSpec, partition: string): ReadRecord {
    const { read, names: keys } = this.#look(key, input, partition)
    const { time, definition } = this.side(input.upstream)
    const base = {
      input,
      read,
      calendar: time ? timesAre(time) : '',
      upstreamMeaning: meaningOf(definition),
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
        read.read.text === 'asOf' &&
        read.input.name === input.name &&
        read.input.upstream === input.upstream,
    )
  }

  #inForce(key: AssetKey, input: InputSpec, partition: string, upstreamPartition: string): PastVersion | undefined {
    const past = (this.#memory.past.get(input.upstream) ?? []).filter((one) => one.partition === upstreamPartition)
    if (this.#restate) return past.at(-1)
    const pinned = this.#pinned(key, input, partition)
    if (pinned) return past.filter((one) => one.seq <= pinned.seq).at(-1)
    const end = this.#windowEnd(key, partition)
    return past.filter((one) => one.at.getTime() <= end).at(-1) ?? past[0]
  }

  #windowEnd(key: AssetKey, partition: string): number {
    const side = this.side(key)
    return windowOf(side.time!, partsOf(side, partition)![side.timeName!]!).to
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
    if (current.signature !== meaningOf(spec.partitions)) causes.push('partitions')
    for (const input of spec.inputs) {
      const before = current.reads.find((read) => read.input.name === input.name)
      const today = this.read(key, input, partition)
      if (
        !before ||
        before.input.upstream !== input.upstream ||
        before.read.text !== today.read.text ||
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

  /** Upstreams of a partition whose partitions mean something else than when they were read. */
  redefined(key: AssetKey, partition: string): Set<AssetKey> {
    const reads = this.#partition(key, partition).current?.reads ?? []
    return new Set(
      reads.flatMap(({ input: { upstream }, upstreamMeaning }) =>
        upstreamMeaning === meaningOf(this.side(upstream).definition) ? [] : [upstream],
      ),
    )
  }

  /** Whether a range names any partition. */
  inRange(selected: readonly AssetKey[], from: string, to: string): boolean {
    const requested = this.requested({ selected, request: { kind: 'range', from, to }, force: false, effects: false })
    return [...requested.values()].some((names) => names.length > 0)
  }

  /** How many partitions of each asset are in what state. */
  statuses() {
    const selected = this.#order
    const { entries } = this.plan({ selected, request: { kind: 'all' }, force: false, effects: false })
    return selected.map((key) => {
      const newest = this.requested({ selected: [key], request: { kind: 'latest' }, force: false, effects: false }).get(
        key,
      )!
      const isTracked = (one: string) =>
        this.spec(key).kind !== 'effect' || newest.includes(one) || this.#memory.partitions.get(key)?.has(one)
      const counts = { key, fresh: 0, stale: 0, missing: 0, failed: 0, possible: 0 }
      for (const one of this.existing(key).filter(isTracked)) {
        const { current, failure, unfinished } = this.#partition(key, one)
        if (failure) counts.failed++
        else if (this.causes(key, one).length === 0) counts.fresh++
        else if (current || unfinished) counts.stale++
        else counts.missing++
        if (entries.find((entry) => entry.key === key)?.possible.includes(one)) counts.possible++
      }
      return counts
    })
  }

  requested({ selected, request }: RefRequest): Map<AssetKey, string[]> {
    const requested = new Map<AssetKey, string[]>()
    for (const key of selected) {
      const side = this.side(key)
      const existing = this.existing(key)
      switch (request.kind) {
        case 'all':
          requested.set(key, [...existing])
          break
        case 'latest': {
          const newest = side.times.at(-1)
          const names = newest === undefined ? [] : keysOf(side).map((one) => nameOf(side, newest, one))
          requested.set(
            key,
            existing.filter((one) => names.includes(one)),
          )
          break
        }
        case 'keys': {
          const named = request.keys.flatMap((text) => meant(side, text, existing))
          if (request.keys.some((text) => isOfForm(side, text)))
            requested.set(
              key,
              existing.filter((one) => named.includes(one)),
            )
          break
        }
        case 'sets':
          requested.set(
            key,
            existing.filter((one) => request.names.get(key)?.includes(one)),
          )
          break
        case 'range':
          if (side.time) {
            const within = timesWithin(side, request.from, request.to)
            requested.set(
              key,
              existing.filter((one) => within.has(partsOf(side, one)![side.timeName!]!)),
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
        const read = new Set(wanted.flatMap((one) => [...this.reads(key, input, one)]))
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
      // Its own earlier partitions are told last.
      const others = spec.inputs.filter(({ upstream }) => upstream !== key)
      for (const input of [...others, ...spec.inputs.filter((one) => !others.includes(one))]) {
        if (spec.kind === 'effect' && !isProven) continue
        const planning = input.upstream === key ? [...proven, ...possible] : (planned.get(input.upstream) ?? [])
        const remade = this.reads(key, input, partition).some((one) => planning.includes(one))
        const told = input.upstream === key && own.at(-1) === `upstream:${key}`
        if (remade && !told && this.#follows(key, input, partition)) own.push(`upstream:${input.upstream}`)
      }
      if (own.length === 0) continue
      const reason = this.#lack(spec, partition, new Map([...planned, [key, [...proven, ...possible]]]))
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
    if (this.#windowEnd(key, partition) >= this.#world.now.getTime()) return true
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

/** Names that a user means by a text: its own, or with `*` for all keys of one dimension. */
function meant(side: Side, text: string, existing: readonly string[]): string[] {
  const wanted = text.split('|')
  return existing.filter((one) => {
    const parts = one.split('|')
    return parts.length === wanted.length && parts.every((part, i) => wanted[i] === part || isAnyKey(side, wanted, i))
  })
}

const isAnyKey = ({ definition }: Side, wanted: readonly string[], i: number): boolean =>
  wanted[i] === '*' && definition.kind === 'cross' && definition.dimensions[i]!.definition.kind !== 'time'

/** Whether a text names a partition that there could be. */
function isOfForm(side: Side, text: string): boolean {
  const wanted = text.split('|')
  const candidates = keysOf(side).map((key) => {
    const parts = nameOf(side, wanted.find((part) => /^\d/.test(part)) ?? '', key).split('|')
    return parts.map((part, i) => (isAnyKey(side, wanted, i) ? '*' : part)).join('|')
  })
  const filled = text
    .split('|')
    .map((part, i) => (isAnyKey(side, wanted, i) ? side.keyed.at(side.keyed.length === 2 ? i : 0)!.keys[0] : part))
  return candidates.includes(text) && partsOf(side, filled.join('|')) !== undefined
}

/** Times called by days (or months) from one to another: those whose window begins on such a day, or holds it. */
function timesWithin({ time, times }: Side, from: string, to: string): Set<string> {
  const [first, last] = [from.padEnd(10, '-01'), to.length === 7 ? `${to}-31` : to]
  if (time!.grain === 'hour') {
    const days = { ...time!, grain: 'day', hourOffset: 0, minuteOffset: 0 } as const
    const monthEnd = to.length === 7 ? lastDay(to) : to
    const [start, end] = [windowOf(days, first).from, windowOf(days, monthEnd).to]
    return new Set(times.filter((at) => windowOf(time!, at).from < end && windowOf(time!, at).to > start))
  }
  const ahead = time!.grain === 'month' ? `-${String(time!.dayOffset).padStart(2, '0')}` : ''
  const all = timesOf(time!)
  const day = (at: string) => `${at}${ahead}`.slice(0, 10)
  const named = all.filter((at) => day(at) >= first && day(at) <= last)
  const before = all.filter((at) => day(at) < first).at(-1)!
  const next = all.find((at) => day(at) >= first)
  // A window that began earlier holds the first day, unless one begins on it. Of ticks, only where none is named.
  const holds = time!.grain === 'cron' ? named.length === 0 : next === undefined || day(next) > first
  return new Set(holds ? [before, ...named] : named)
}

const lastDay = (month: string): string =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10)

/** How times are told apart: of all zones the same days and ticks have one name, hours are counted in UTC. */
function timesAre(time: TimePartitions): string {
  if (time.grain === 'cron') return `cron ${time.schedule}`
  return time.grain === 'hour' ? calendarOf(time) : time.grain
}

/** Windows that move by their meaning are told by what they hold. */
function sameExtent(before: ReadRecord, today: ReadRecord): boolean {
  if (today.read.moves) return true
  const [was, is] = [before.read, today.read]
  if (was.times.length === 0 && is.times.length === 0) return true
  const sameTimes = before.calendar === today.calendar && was.times.join() === is.times.join()
  return sameTimes && (was.keys ?? ['*']).join() === (is.keys ?? ['*']).join()
}

function sameVersions(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
