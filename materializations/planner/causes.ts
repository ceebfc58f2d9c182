import { type AssetKey, partitionKey } from '../../lib/graph/index.ts'
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
export function provenCauses(state: GraphState, key: AssetKey, ordinal: number): Cause[] {
  const record = state.asset(key).record(ordinal)
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

function inputCauses(state: GraphState, key: AssetKey, ordinal: number, recorded: readonly RecordedInput[]): Cause[] {
  const causes: Cause[] = []
  const byName = new Map(recorded.map((input) => [input.name, input]))
  for (const edge of state.graph.upstream.get(key)!) {
    const before = byName.get(edge.name)
    byName.delete(edge.name)
    const today = state.input(edge, ordinal)
    if (!before || before.upstream !== today.upstream) {
      causes.push({
        kind: 'deps',
        upstream: edge.upstream,
        to: inputText(today),
        ...(before && { from: inputText(before) }),
      })
    } else if (before.mapping !== today.mapping || !sameBox(before, today)) {
      causes.push({ kind: 'deps', upstream: edge.upstream, from: inputText(before), to: inputText(today) })
    } else if (before.version !== today.version) {
      causes.push(
        state.restate && edge.mapping.kind === 'asOf'
          ? { kind: 'restated', upstream: edge.upstream }
          : dataCause(state, { ...today, asOfSeq: before.asOfSeq }),
      )
    }
  }
  for (const gone of byName.values()) causes.push({ kind: 'deps', upstream: gone.upstream, from: inputText(gone) })
  return causes
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

/** `all`, `last` and `asOf` move with time by their meaning: only the version tells. */
function sameBox(before: RecordedInput, today: RecordedInput): boolean {
  if (['all', 'last', 'asOf'].includes(before.mapping)) return true
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
    const seq = up.record(member)?.current?.seq
    if (seq !== undefined && seq > input.asOfSeq) changed.push(partitionKey(up.space, member))
  }
  return changed
}
