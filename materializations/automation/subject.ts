import { createHash } from 'node:crypto'
import { type AssetKey, type Condition, conditionText, type PartitionSpace } from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'

/**
 * What an asset's memory is about, as text: its condition, and how its partitions and those of its inputs are numbered.
 * Remembered sets of another subject would name other partitions.
 */
export function subjectOf(state: GraphState, key: AssetKey, condition: Condition): string {
  const inputs = state.graph.upstream
    .get(key)!
    .map((edge) => `${edge.name}<-${edge.upstream}:${numbering(state, edge.upstream)}`)
  return [conditionText(condition), numbering(state, key), ...inputs.sort()].join(';')
}

function numbering(state: GraphState, key: AssetKey): string {
  return `${state.partitionsSignature(key)}${keysDigest(state.asset(key).space)}`
}

const digests = new WeakMap<readonly string[], string>()

function keysDigest({ keys, fixedNames }: PartitionSpace): string {
  if (fixedNames.length === 0) return ''
  let digest = digests.get(keys)
  if (digest === undefined) {
    digest = `#${createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 16)}`
    digests.set(keys, digest)
  }
  return digest
}
