import { type AssetKey, partitionKey, sets } from '../../lib/graph/index.ts'
import { versionDetails } from '../lineage/version-details.ts'
import { type Cause, changedPartitions, provenCauses } from '../planner/causes.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { type Plan, planRun } from '../planner/plan.ts'
import type { Session } from '../session.ts'
import { type CauseGroup, causeText } from './cause-groups.ts'
import { changeOf, type WhyCause } from './change-history.ts'
import { addressText } from './partition-ranges.ts'
import { type AssetStatus, assetStatuses } from './status.ts'

/** Why one partition is what it is. */
export interface WhyPartition {
  readonly key: AssetKey
  readonly partition: string
  readonly status: 'fresh' | 'stale' | 'missing' | 'failed' | 'possible' | 'unborn'
  /** Why it cannot be made now; null when it can. */
  readonly blocked: string | null
  /** Empty when it is fresh. */
  readonly causes: readonly WhyCause[]
  readonly made: { readonly runId: string; readonly at: string; codeVersion: string; dataVersion: string } | null
  /** What it was made from, as recorded. */
  readonly inputs: readonly { readonly name: string; readonly upstream: AssetKey; readonly unchanged: boolean }[]
}

/** Why the partitions of an asset are what they are, summed up. */
export interface WhyAsset extends AssetStatus {
  readonly causes: readonly (CauseGroup & { readonly causes: readonly WhyCause[] })[]
}

/** Upstream partitions that are shown of each cause. */
const EXAMPLES = 3

/** Causes of one partition, followed up to their roots. Nothing is observed. */
export async function whyPartition(
  session: Session,
  state: GraphState,
  key: AssetKey,
  ordinal: number,
): Promise<WhyPartition> {
  const plan = planRun(state, { selected: state.graph.order, request: { kind: 'all' } })
  const space = state.asset(key).space
  const partition = partitionKey(space, ordinal)
  const record = state.asset(key).record(ordinal)
  const current = record?.current
  const causes = causesOf(state, plan, key, ordinal)
  const proven = causes.some((cause) => cause.kind !== 'upstream')
  const moved = new Set(causes.flatMap((cause) => ('upstream' in cause ? [cause.upstream] : [])))
  const exists = sets.has(state.asset(key).existing, ordinal)
  return {
    key,
    partition,
    status: !exists
      ? 'unborn'
      : record?.failure
        ? 'failed'
        : causes.length === 0
          ? 'fresh'
          : !proven
            ? 'possible'
            : current || record?.unfinished
              ? 'stale'
              : 'missing',
    blocked: blockedReason(plan, key, partition),
    causes: await followed(session, state, plan, { key, ordinal }, causes, new Set()),
    made: current
      ? {
          runId: current.runId,
          at: current.madeAt.toISOString(),
          codeVersion: current.codeVersion,
          dataVersion: (await versionDetails(session.lineage, [current.seq])).get(current.seq)?.dataVersion ?? '',
        }
      : null,
    inputs: (current?.inputs ?? []).map(({ name, upstream }) => ({ name, upstream, unchanged: !moved.has(upstream) })),
  }
}

/** Causes of an asset's partitions, each kind with one example followed up. */
export async function whyAsset(session: Session, state: GraphState, key: AssetKey): Promise<WhyAsset> {
  const plan = planRun(state, { selected: state.graph.order, request: { kind: 'all' } })
  const status = assetStatuses(state, [key])[0]!
  const { space, existing } = state.asset(key)
  const causes = []
  for (const group of status.causes) {
    const ordinal = [...sets.ordinals(existing)].find((member) => partitionKey(space, member) === group.example)!
    const own = causesOf(state, plan, key, ordinal).filter(
      (cause) => cause.kind === group.kind && ('upstream' in cause ? cause.upstream : undefined) === group.upstream,
    )
    const [example] = await followed(session, state, plan, { key, ordinal }, own, new Set())
    causes.push({ ...group, causes: example?.causes ?? [] })
  }
  return { ...status, causes }
}

function causesOf(state: GraphState, plan: Plan, key: AssetKey, ordinal: number): readonly Cause[] {
  const planned = plan.entries.find((entry) => entry.key === key)?.causes.get(ordinal)
  return planned ?? provenCauses(state, key, ordinal)
}

function blockedReason(plan: Plan, key: AssetKey, partition: string): string | null {
  const blocked = plan.entries.find((entry) => entry.key === key)?.blocked
  return blocked?.find((one) => one.partition === partition)?.reason ?? null
}

async function followed(
  session: Session,
  state: GraphState,
  plan: Plan,
  reader: { readonly key: AssetKey; readonly ordinal: number },
  causes: readonly Cause[],
  seen: Set<string>,
): Promise<WhyCause[]> {
  const result: WhyCause[] = []
  for (const cause of causes) {
    const own = { ...cause, text: causeText(cause) }
    if (cause.kind === 'data') result.push({ ...own, causes: await changes(session, state, reader, cause) })
    else if (cause.kind === 'upstream') {
      result.push({ ...own, causes: await remakes(session, state, plan, reader, cause.upstream, seen) })
    } else result.push({ ...own, causes: [] })
  }
  return result
}

/** What happened to the upstream since it was read, from recorded history. */
async function changes(
  session: Session,
  state: GraphState,
  reader: { readonly key: AssetKey; readonly ordinal: number },
  cause: Extract<Cause, { kind: 'data' }>,
): Promise<WhyCause[]> {
  const recorded = state.asset(reader.key).record(reader.ordinal)?.current?.inputs ?? []
  const result: WhyCause[] = []
  for (const input of recorded.filter((one) => one.upstream === cause.upstream)) {
    for (const partition of changedPartitions(state, input).slice(0, EXAMPLES)) {
      result.push(await changeOf(session, { key: cause.upstream, partition }, input.asOfSeq, state.seq))
    }
  }
  return result
}

/** Why the upstream will be remade: its own causes today. */
async function remakes(
  session: Session,
  state: GraphState,
  plan: Plan,
  reader: { readonly key: AssetKey; readonly ordinal: number },
  upstream: AssetKey,
  seen: Set<string>,
): Promise<WhyCause[]> {
  const entry = plan.entries.find((one) => one.key === upstream)
  const edges = state.graph.upstream.get(reader.key)!.filter((edge) => edge.upstream === upstream)
  const { space } = state.asset(upstream)
  const read = edges
    .map((edge) => state.mapping(edge).upstreamOf(sets.interval(reader.ordinal, reader.ordinal + 1)))
    .reduce(sets.union, sets.EMPTY)
  const planned = sets.intersect(read, sets.union(entry?.proven ?? sets.EMPTY, entry?.possible ?? sets.EMPTY))
  const result: WhyCause[] = []
  for (const ordinal of [...sets.ordinals(planned)].slice(0, EXAMPLES)) {
    const partition = partitionKey(space, ordinal)
    const address = addressText(upstream, partition)
    const node = { kind: 'stale' as const, upstream, partition, text: `${address} is to be made` }
    if (seen.has(address)) {
      result.push({ ...node, text: `${address} is to be made (see above)`, causes: [] })
      continue
    }
    seen.add(address)
    const causes = causesOf(state, plan, upstream, ordinal)
    result.push({
      ...node,
      causes: await followed(session, state, plan, { key: upstream, ordinal }, causes, seen),
    })
  }
  return result
}
