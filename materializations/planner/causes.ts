import { type AssetKey, type Edge, partitionKey } from '../../lib/graph/index.ts'
import { sameCode } from '../versions/comparable.ts'
import type { GraphState } from './graph-state.ts'
import type { RecordedInput } from './recorded.ts'

/** Why a partition is, or may become, stale. */
export type Cause =
  | { readonly kind: 'missing' }
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'forced' }
  | { readonly kind: 'restated'; readonly upstream: AssetKey }
  | { readonly kind: 'code'; readonly from: string; readonly to: string }
  | { readonly kind: 'partitions'; readonly from: string; readonly to: string }
  | { readonly kind: 'deps'; readonly upstream: AssetKey; readonly from?: string; readonly to?: string }
  | {
      readonly kind: 'data'
      readonly upstream: AssetKey
      /** Upstream partitions made or observed since; found when first asked for. */
      readonly partitions: readonly string[]
    }
  /** Not proven: an upstream will be remade, and may come out the same. */
  | { readonly kind: 'upstream'; readonly upstream: AssetKey }

/**
 * Proven causes of one partition: what is recorded against today's code, partitions, inputs and input
 * versions. Empty means fresh. Pure; costs O(log n) an input, whatever the window's size.
 */
export function provenCauses(state: GraphState, key: AssetKey, ordinal: number): readonly Cause[] {
  const up = state.asset(key)
  const row = up.plainRow(ordinal)
  if (row >= 0 && state.rows(key)?.isFresh(row, ordinal)) return NONE
  const record = up.record(ordinal)
  if (record?.unfinished) return [{ kind: 'unfinished' }]
  const current = record?.current
  if (!current) return record?.failure ? [{ kind: 'failed', message: record.failure.message }] : [{ kind: 'missing' }]
  const asset = state.graph.asset(key)
  // What an effect has done stays done, whatever changes afterwards.
  if (asset.kind === 'effect' || asset.kind === 'external') return []
  const causes: Cause[] = []
  if (record.failure) causes.push({ kind: 'failed', message: record.failure.message })
  const code = state.code.get(key)!
  if (!sameCode(current.codeVersion, code)) causes.push({ kind: 'code', from: current.codeVersion, to: code })
  const signature = state.partitionsSignature(key)
  if (current.partitionsSignature !== signature) {
    causes.push({ kind: 'partitions', from: current.partitionsSignature, to: signature })
  }
  causes.push(...inputCauses(state, key, ordinal, current.inputs))
  return causes
}

const NONE: readonly Cause[] = Object.freeze([])

function inputCauses(state: GraphState, key: AssetKey, ordinal: number, recorded: readonly RecordedInput[]): Cause[] {
  const causes: Cause[] = []
  const edges = state.graph.upstream.get(key)!
  let found = 0
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i]!
    // Recorded in the order of the edges, unless that was changed since.
    const before =
      recorded[i]?.name === edge.name ? recorded[i] : recorded.find((candidate) => candidate.name === edge.name)
    if (before) found++
    if (!before || !isUnchanged(state, edge, ordinal, before)) {
      const cause = inputCause(state, edge, ordinal, before)
      if (cause) causes.push(cause)
    }
  }
  if (found === recorded.length) return causes
  for (const gone of recorded.filter(({ name }) => !edges.some((edge) => edge.name === name)))
    causes.push({ kind: 'deps', upstream: gone.upstream, from: inputText(gone) })
  return causes
}

/** The answer for most inputs of most plans: the same window at the same version. Allocates next to nothing. */
function isUnchanged(state: GraphState, edge: Edge, ordinal: number, before: RecordedInput): boolean {
  const mapping = state.mapping(edge)
  if (edge.mapping.kind === 'asOf' || before.upstream !== edge.upstream || before.mapping !== mapping.text) return false
  const box = mapping.boxOf(ordinal)
  const up = state.asset(edge.upstream)
  if (!mapping.isMoving) {
    if (before.box.from !== box.from || before.box.to !== box.to) return false
    if (!sameKeys(before.box.keys, box.keys, up.space.keys)) return false
  }
  return up.isAt(before.version, box)
}

function sameKeys(
  names: readonly string[] | null,
  indexes: readonly number[] | null,
  keys: readonly string[],
): boolean {
  if (!names || !indexes) return names === indexes
  return names.length === indexes.length && names.every((name, i) => name === keys[indexes[i]!])
}

function inputCause(
  state: GraphState,
  edge: Edge,
  ordinal: number,
  before: RecordedInput | undefined,
): Cause | undefined {
  const { upstream } = edge
  const today = state.input(edge, ordinal)
  if (!before) return { kind: 'deps', upstream, to: inputText(today) }
  if (
    before.upstream !== today.upstream ||
    before.mapping !== today.mapping ||
    !(state.mapping(edge).isMoving || sameBox(before, today))
  )
    return { kind: 'deps', upstream, from: inputText(before), to: inputText(today) }
  if (before.version === today.version) return undefined
  return state.restate && edge.mapping.kind === 'asOf'
    ? { kind: 'restated', upstream }
    : dataCause(state, { ...today, asOfSeq: before.asOfSeq })
}

/** Windows are long and most causes are only counted: their members are not looked for in advance. */
function dataCause(state: GraphState, input: RecordedInput): Cause {
  let partitions: readonly string[] | undefined
  return {
    kind: 'data',
    upstream: input.upstream,
    get partitions() {
      partitions ??= changedPartitions(state, input)
      return partitions
    },
  }
}

function sameBox(before: RecordedInput, today: RecordedInput): boolean {
  // Where nothing is read it does not matter from where.
  if (before.box.from === before.box.to && today.box.from === today.box.to) return true
  return (
    before.box.from === today.box.from &&
    before.box.to === today.box.to &&
    (before.box.keys ?? []).join() === (today.box.keys ?? []).join()
  )
}

function inputText(input: RecordedInput): string {
  return `${input.upstream} through ${input.mapping} [${input.box.from}, ${input.box.to})`
}

/** Members of an input's box that were made or observed after `asOfSeq`. */
export function changedPartitions(state: GraphState, input: RecordedInput): string[] {
  if (!state.graph.assets.has(input.upstream)) return []
  const up = state.asset(input.upstream)
  const keys = input.box.keys?.map((key) => up.space.keys.indexOf(key)).filter((index) => index >= 0) ?? null
  const changed: string[] = []
  for (const member of up.members({ from: input.box.from, to: input.box.to, keys })) {
    const seq = up.seq(member)
    if (seq !== undefined && seq > input.asOfSeq) changed.push(partitionKey(up.space, member))
  }
  return changed
}
