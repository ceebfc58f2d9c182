import {
  type AssetKey,
  type Graph,
  graphError,
  type IntervalSet,
  overAllKeys,
  parseTimeBound,
  partitionKey,
  partitionsMatching,
  sets,
  type TimeBound,
  timesBetween,
} from '../../lib/graph/index.ts'
import type { GraphState } from './graph-state.ts'

/** Which partitions a command speaks of. */
export type PartitionRequest =
  | { readonly kind: 'all' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  /** These partitions of each asset, as far as they exist; assets without an entry have none. */
  | { readonly kind: 'sets'; readonly sets: ReadonlyMap<AssetKey, IntervalSet> }
  /** Windows that overlap `from` .. `to`, both inclusive: `YYYY-MM`, `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`. */
  | { readonly kind: 'range'; readonly from: string; readonly to: string }

/**
 * The requested partitions of each selected asset, of those that exist. A key that fits no selected
 * asset, or that fits one but does not exist, is an error that names the range.
 */
export function requestedPartitions(
  state: GraphState,
  selected: readonly AssetKey[],
  request: PartitionRequest,
): Map<AssetKey, IntervalSet> {
  switch (request.kind) {
    case 'all':
      return new Map(selected.map((key) => [key, state.asset(key).existing]))
    case 'latest':
      return new Map(selected.map((key) => [key, latest(state, key)]))
    case 'keys':
      return byKeys(state, selected, request.keys)
    case 'sets':
      return new Map(
        selected.map((key) => [key, sets.intersect(request.sets.get(key) ?? sets.EMPTY, state.asset(key).existing)]),
      )
    case 'range':
      return byRange(state, selected, request.from, request.to)
  }
}

/** The newest partition in time, over all keys of the other dimension; all of them without time. */
export function latest(state: GraphState, key: AssetKey): IntervalSet {
  const { existing, space } = state.asset(key)
  const newest = sets.last(existing)
  if (newest === undefined || !space.time) return existing
  const start = newest - (newest % space.keys.length)
  return sets.interval(start, newest + 1)
}

function byKeys(state: GraphState, selected: readonly AssetKey[], keys: readonly string[]): Map<AssetKey, IntervalSet> {
  const requested = new Map<AssetKey, IntervalSet>()
  for (const text of keys) {
    let fits = 0
    const outside: AssetKey[] = []
    for (const key of selected) {
      const { space, existing } = state.asset(key)
      const matching = partitionsMatching(space, text)
      if (matching === null) continue
      const found = sets.intersect(sets.fromOrdinals(matching), existing)
      if (found.length === 0) outside.push(key)
      else fits++
      requested.set(key, sets.union(requested.get(key) ?? sets.EMPTY, found))
    }
    if (fits > 0) continue
    const [first] = outside
    if (first) {
      throw graphError(
        'partition-outside',
        `The partition '${text}' of '${first}' does not exist at ${state.now.toISOString()}`,
        `Its partitions are ${extentText(state, first)}.`,
      )
    }
    throw graphError(
      'unknown-partition',
      `No selected asset has a partition '${text}'`,
      `Partitions look like ${examples(state, selected)}.`,
    )
  }
  return requested
}

function byRange(
  state: GraphState,
  selected: readonly AssetKey[],
  from: string,
  to: string,
): Map<AssetKey, IntervalSet> {
  const [first, final] = [timeBound(from), timeBound(to)]
  if (first.from >= final.to)
    throw graphError('empty-range', `The range ${from} .. ${to} is empty`, 'Give --from before --to.')
  const requested = new Map<AssetKey, IntervalSet>()
  for (const key of selected) {
    const { space, existing } = state.asset(key)
    if (!space.time) continue
    const times = sets.interval(...timesBetween(space.time, first, final))
    requested.set(key, sets.intersect(overAllKeys(times, space.keys.length), existing))
  }
  if ([...requested.values()].every((set) => set.length === 0)) {
    const timed = selected.find((key) => state.asset(key).space.time)
    throw graphError(
      'partition-outside',
      `No partition of the selected assets lies in ${from} .. ${to}`,
      timed ? `The partitions of '${timed}' are ${extentText(state, timed)}.` : 'None of them is partitioned by time.',
    )
  }
  return requested
}

function timeBound(text: string): TimeBound {
  const bound = parseTimeBound(text)
  if (bound) return bound
  const isTime = /^\d{4}-\d{2}(-\d{2}(T\d{2}:\d{2}([+-]\d{2}:\d{2})?)?)?$/.test(text)
  throw graphError(
    'bad-partition',
    isTime ? `'${text}' is not on the calendar` : `'${text}' is not a month, a day or a time`,
    'Write YYYY-MM, YYYY-MM-DD or YYYY-MM-DDTHH:MM.',
  )
}

export function extentText(state: GraphState, key: AssetKey): string {
  const { existing, space } = state.asset(key)
  if (existing.length === 0) return 'none yet'
  const first = partitionKey(space, existing[0]![0])
  const final = partitionKey(space, sets.last(existing)!)
  return first === '' ? 'a single one, without a key' : first === final ? first : `${first} .. ${final}`
}

function examples(state: GraphState, selected: readonly AssetKey[]): string {
  const shown = new Set<string>()
  for (const key of selected) {
    const { existing, space } = state.asset(key)
    if (existing.length > 0 && space.definition.kind !== 'single')
      shown.add(`'${partitionKey(space, sets.last(existing)!)}'`)
  }
  return shown.size === 0
    ? 'nothing here: the selected assets have a single partition'
    : [...shown].slice(0, 3).join(', ')
}

/** Parses `KEY@PARTITION`, `KEY` or a selection; used by `why` and `lineage`. */
export function parseAddress(graph: Graph, text: string): { key: AssetKey; partition: string | undefined } {
  const at = text.indexOf('@')
  const key = at < 0 ? text : text.slice(0, at)
  return { key: graph.asset(key).key, partition: at < 0 ? undefined : text.slice(at + 1) }
}
