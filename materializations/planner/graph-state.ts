import {
  type AssetKey,
  type Box,
  type Edge,
  existingPartitions,
  type Graph,
  partitionsSignature,
  type ResolvedMapping,
  resolveMapping,
  sets,
} from '../../lib/graph/index.ts'
import { inForce } from './as-of.ts'
import { AssetState, isReadable } from './asset-state.ts'
import { type Cause, provenCauses } from './causes.ts'
import { countOf } from './combined-version.ts'
import type { HistoryEntry, RecordedBox, RecordedInput, RecordedState, VersionDetail } from './recorded.ts'
import { type RowComparison, rowComparison } from './row-comparison.ts'
import { VersionHistory } from './version-history.ts'

export interface Versions {
  /** Today's code version of each asset. */
  readonly code: ReadonlyMap<AssetKey, string>
}

/**
 * Graph, today's versions and recorded state together: everything that planning asks about.
 * No I/O and no clock; `now` is given.
 */
export class GraphState {
  readonly graph: Graph
  readonly now: Date
  readonly code: ReadonlyMap<AssetKey, string>
  readonly restate: boolean
  /** Details of versions, by sequence number, as far as they were made or asked for. */
  readonly details = new Map<number, VersionDetail>()
  readonly #assets = new Map<AssetKey, AssetState>()
  readonly #mappings = new Map<Edge, ResolvedMapping>()
  readonly #signatures = new Map<AssetKey, string>()
  readonly #rows = new Map<AssetKey, RowComparison | undefined>()
  readonly #proven = new Map<
    AssetKey,
    { readonly stamp: number; readonly causes: ReadonlyMap<number, readonly Cause[]> }
  >()
  readonly #history: Map<AssetKey, VersionHistory>
  #seq: number

  constructor(
    graph: Graph,
    versions: Versions,
    recorded: RecordedState,
    now: Date,
    options: { restate?: boolean } = {},
  ) {
    this.graph = graph
    this.now = now
    this.code = versions.code
    this.restate = options.restate ?? false
    this.#seq = recorded.seq
    const readAsOf = [...graph.downstream.values()].flat().filter((edge) => edge.mapping.kind === 'asOf')
    this.#history = new Map(
      readAsOf.map(({ upstream }) => [upstream, new VersionHistory(recorded.history.get(upstream) ?? [])]),
    )
    for (const key of graph.order) {
      const space = graph.space(key)
      this.#signatures.set(key, partitionsSignature(space.definition))
      this.#assets.set(key, new AssetState(space, existingPartitions(space, now), recorded.assets.get(key)))
    }
    for (const key of graph.order) {
      for (const edge of graph.upstream.get(key)!) {
        const up = this.asset(edge.upstream)
        this.#mappings.set(edge, resolveMapping(edge.mapping, this.asset(key).space, up.space, up.existing))
      }
    }
  }

  get seq(): number {
    return this.#seq
  }

  asset(key: AssetKey): AssetState {
    return this.#assets.get(key)!
  }

  mapping(edge: Edge): ResolvedMapping {
    return this.#mappings.get(edge)!
  }

  /** How loaded rows of an asset compare with today; undefined when they must be looked at one by one. */
  rows(key: AssetKey): RowComparison | undefined {
    if (!this.#rows.has(key)) this.#rows.set(key, rowComparison(this, key))
    return this.#rows.get(key)
  }

  /** Proven causes of each stale partition of an asset, of those that exist; kept until something they hang on changes. */
  proven(key: AssetKey): ReadonlyMap<number, readonly Cause[]> {
    let stamp = this.#seq + this.asset(key).changes
    for (const edge of this.graph.upstream.get(key)!) stamp += this.asset(edge.upstream).changes
    const known = this.#proven.get(key)
    if (known?.stamp === stamp) return known.causes
    const causes = new Map<number, readonly Cause[]>()
    for (const [from, to] of this.asset(key).existing) {
      for (let ordinal = from; ordinal < to; ordinal++) {
        const found = provenCauses(this, key, ordinal)
        if (found.length > 0) causes.set(ordinal, found)
      }
    }
    this.#proven.set(key, { stamp, causes })
    return causes
  }

  partitionsSignature(key: AssetKey): string {
    return this.#signatures.get(key)!
  }

  /** Past versions of an asset that is read `asOf`. */
  history(key: AssetKey): VersionHistory {
    return this.#history.get(key)!
  }

  /** Takes over what a run has recorded, so that later steps see it. */
  applied(version: Omit<HistoryEntry, 'effectiveAt'> & { readonly assetKey: AssetKey; readonly asOf: Date }): void {
    this.#seq = Math.max(this.#seq, version.seq)
    const { dataVersion, location, metadata } = version
    this.details.set(version.seq, { dataVersion, location, metadata })
    this.#history.get(version.assetKey)?.add({ ...version, effectiveAt: version.asOf })
  }

  /** Today's inputs of one partition, as they would be recorded. */
  inputs(key: AssetKey, ordinal: number): RecordedInput[] {
    return this.graph.upstream.get(key)!.map((edge) => this.input(edge, ordinal))
  }

  input(edge: Edge, ordinal: number): RecordedInput {
    const up = this.asset(edge.upstream)
    const box = this.mapping(edge).boxOf(ordinal)
    const base = {
      name: edge.name,
      upstream: edge.upstream,
      mapping: this.mapping(edge).text,
      box: recordedBox(box, up.space.keys),
      asOfSeq: this.#seq,
    }
    if (edge.mapping.kind !== 'asOf') return { ...base, version: up.combined(box), restated: false }
    const pinned = this.pinnedInput(edge, ordinal)
    if (pinned) return pinned
    return { ...base, version: inForce(this, edge, ordinal).version, restated: this.restate }
  }

  /** An `asOf` input that `--restate` moved stays where it was put, until it is moved again. */
  pinnedInput(edge: Edge, ordinal: number): RecordedInput | undefined {
    if (this.restate) return undefined
    const recorded = this.asset(edge.downstream).record(ordinal)?.current?.inputs
    return recorded?.find(
      (input) =>
        input.restated && input.name === edge.name && input.upstream === edge.upstream && input.mapping === 'asOf',
    )
  }

  /** Upstream partitions that this partition needs and that nothing has made (or that do not exist yet). */
  absentInputs(edge: Edge, ordinal: number): { missing: number[]; notYet: number[] } {
    const up = this.asset(edge.upstream)
    const missing: number[] = []
    const notYet: number[] = []
    if (edge.mapping.kind === 'asOf') return { missing: [...inForce(this, edge, ordinal).absent], notYet }
    const box = this.mapping(edge).boxOf(ordinal)
    const wanted = (up.space.time ? box.to - box.from : 1) * (box.keys ?? up.space.keys).length
    if (countOf(up.combined(box)) === wanted) return { missing, notYet }
    for (const member of up.members(box)) {
      if (isReadable(up.record(member))) continue
      if (sets.has(up.existing, member)) missing.push(member)
      else notYet.push(member)
    }
    return { missing, notYet }
  }
}

export function recordedBox(box: Box, keys: readonly string[]): RecordedBox {
  return { from: box.from, to: box.to, keys: box.keys?.map((key) => keys[key]!) ?? null }
}
