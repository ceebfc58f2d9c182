import type { AssetKey, Graph } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { inputsOf, type TracedInput, type TracedVersion, versionsAt } from '../lineage/trace.ts'
import { sameCode } from '../versions/comparable.ts'
import { shortVersion } from './cause-groups.ts'
import { membersOf } from './input-members.ts'
import { addressText } from './partition-ranges.ts'

/** A cause, in words too, with the causes behind it; a root has none. */
export interface WhyCause {
  readonly kind: string
  readonly text: string
  readonly upstream?: AssetKey
  readonly partition?: string
  readonly from?: string
  readonly to?: string
  readonly runId?: string
  readonly at?: string
  readonly causes: readonly WhyCause[]
}

interface History {
  readonly graph: Graph
  readonly lineage: Lineage
}

/** Longest chain and most branches that are followed: enough to reach a root, little enough to read. */
const MAX_DEPTH = 16
const EXAMPLES = 3

/** Why a partition has another version at `toSeq` than it had at `fromSeq`, followed up through recorded history. */
export async function changeOf(
  history: History,
  what: { readonly key: AssetKey; readonly partition: string },
  fromSeq: number,
  toSeq: number,
  depth = 0,
): Promise<WhyCause> {
  const question = { assetKey: what.key, partition: what.partition }
  const [before, after] = await versionsAt(history.lineage, [
    { ...question, asOfSeq: fromSeq },
    { ...question, asOfSeq: toSeq },
  ])
  const address = addressText(what.key, what.partition)
  const base = { upstream: what.key, partition: what.partition }
  if (!after) return { ...base, kind: 'unrecorded', text: `${address} has no record any more`, causes: [] }
  const at = after.madeAt.toISOString()
  const made = { ...base, runId: after.runId, at }
  if (after.location.kind === 'observed') {
    const text = before
      ? `the source ${address} changed (${shortVersion(before.dataVersion)} -> ${shortVersion(after.dataVersion)}), seen ${at}`
      : `the source ${address} was first seen ${at}`
    return { ...made, kind: 'observed', text, causes: [] }
  }
  if (!before) {
    return { ...made, kind: 'made', text: `${address} was first made by run ${shortRun(after)} at ${at}`, causes: [] }
  }
  const text = `${address} was made anew by run ${shortRun(after)} at ${at}`
  const causes = depth >= MAX_DEPTH ? [] : await differences(history, before, after, depth)
  return { ...made, kind: 'made', text, causes }
}

async function differences(
  history: History,
  before: TracedVersion,
  after: TracedVersion,
  depth: number,
): Promise<WhyCause[]> {
  const causes: WhyCause[] = []
  if (!sameCode(before.codeVersion, after.codeVersion)) {
    const [from, to] = [before.codeVersion, after.codeVersion]
    causes.push({
      kind: 'code',
      upstream: after.assetKey,
      from,
      to,
      text: `the code of ${after.assetKey} changed (${shortVersion(from)} -> ${shortVersion(to)})`,
      causes: [],
    })
  }
  const inputs = await inputsOf(history.lineage, [before.seq, after.seq])
  const old = new Map(inputs.filter((input) => input.seq === before.seq).map((input) => [input.name, input]))
  for (const input of inputs.filter((one) => one.seq === after.seq)) {
    const previous = old.get(input.name)
    if (previous?.version === input.version) continue
    causes.push(await inputChange(history, previous, input, depth))
  }
  return causes
}

async function inputChange(
  history: History,
  before: TracedInput | undefined,
  after: TracedInput,
  depth: number,
): Promise<WhyCause> {
  const { upstream } = after
  if (!before || before.upstream !== upstream || before.mapping !== after.mapping) {
    return { kind: 'deps', upstream, text: `it began to read ${upstream} through ${after.mapping}`, causes: [] }
  }
  const members = membersOf(history.graph, after) ?? []
  const versions = await versionsAt(
    history.lineage,
    members.flatMap((partition) => [
      { assetKey: upstream, partition, asOfSeq: before.asOfSeq },
      { assetKey: upstream, partition, asOfSeq: after.asOfSeq },
    ]),
  )
  const changed = members.filter((_, i) => versions[2 * i]?.dataVersion !== versions[2 * i + 1]?.dataVersion)
  const causes: WhyCause[] = []
  for (const partition of changed.slice(0, EXAMPLES)) {
    causes.push(await changeOf(history, { key: upstream, partition }, before.asOfSeq, after.asOfSeq, depth + 1))
  }
  const more = changed.length > EXAMPLES ? ` (${changed.length} partitions)` : ''
  return { kind: 'data', upstream, text: `${upstream} changed${more}`, causes }
}

function shortRun(version: TracedVersion): string {
  return version.runId.slice(0, 8)
}
