import { type Edge, type IntervalSet, partitionKey, sets } from '../../lib/graph/index.ts'
import { inForce } from './as-of.ts'
import type { GraphState } from './graph-state.ts'
import type { GrowingSet } from './growing-set.ts'

/** What an edge can bring once the upstream part of a plan is done. */
export interface Supply {
  /** Why a downstream partition cannot be made even then, or undefined. */
  readonly lack: (ordinal: number) => string | undefined
}

/** `coming` are the upstream's partitions that the plan makes; a set that grows is looked at anew each time. */
export function supplyOf(state: GraphState, edge: Edge, coming: IntervalSet | GrowingSet): Supply {
  const up = state.asset(edge.upstream)
  const comes = (member: number) => ('has' in coming ? coming.has(member) : sets.has(coming, member))
  if (edge.mapping.kind === 'asOf') {
    return {
      lack: (ordinal) => {
        const { absent } = inForce(state, edge, ordinal)
        return neverMade(
          state,
          edge,
          absent.filter((member) => !comes(member)),
        )
      },
    }
  }
  const mapping = state.mapping(edge)
  const keyCount = up.space.keys.length
  const available = 'has' in coming ? up.readable() : sets.union(up.readable(), coming)
  const suffices = (ordinal: number): boolean => {
    const box = mapping.boxOf(ordinal)
    if ('has' in coming) {
      for (const member of up.members(box)) if (!sets.has(available, member) && !coming.has(member)) return false
      return true
    }
    if (!box.keys) return sets.covers(available, box.from * keyCount, box.to * keyCount)
    for (let time = box.from; time < box.to; time++)
      for (const key of box.keys) if (!sets.has(available, time * keyCount + key)) return false
    return true
  }
  return {
    lack: (ordinal) => {
      if (suffices(ordinal)) return undefined
      const { missing, notYet } = state.absentInputs(edge, ordinal)
      const [first] = notYet
      if (first !== undefined) return `${edge.upstream}@${partitionKey(up.space, first)} does not exist yet`
      return neverMade(
        state,
        edge,
        missing.filter((member) => !comes(member)),
      )
    },
  }
}

function neverMade(state: GraphState, edge: Edge, absent: readonly number[]): string | undefined {
  const [first] = absent
  if (first === undefined) return undefined
  const name = partitionKey(state.asset(edge.upstream).space, first)
  const others = absent.length > 1 ? ` and ${absent.length - 1} more` : ''
  return state.graph.asset(edge.upstream).kind === 'external'
    ? `the source ${edge.upstream} has nothing for ${name || 'it'}${others}`
    : `${edge.upstream}${name && `@${name}`}${others} was never made`
}
