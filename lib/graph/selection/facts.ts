import { graphError } from '../errors.ts'
import type { AssetKey } from '../key.ts'
import { attributesIn } from './attributes-in.ts'
import type { Selection, StatusWord } from './syntax.ts'

/** What an expression asks that the graph does not know. */
export interface NeededFacts {
  /** Whether recorded state is asked for (`status:`). */
  readonly status: boolean
  /** Git revisions that the definitions are compared with (`changed:`), each once. */
  readonly revisions: readonly string[]
}

/** Answers from outside the graph. */
export interface SelectionFacts {
  /** States that partitions of each asset are in. */
  readonly statuses?: ReadonlyMap<AssetKey, ReadonlySet<StatusWord>>
  /** Revision -> assets that are new or differ since. */
  readonly changed?: ReadonlyMap<string, ReadonlySet<AssetKey>>
}

export function neededFacts(selection: Selection): NeededFacts {
  const attributes = attributesIn(selection)
  const revisions = attributes.filter(({ name }) => name === 'changed').map(({ value }) => value)
  return { status: attributes.some(({ name }) => name === 'status'), revisions: [...new Set(revisions)] }
}

/** @throws GraphError when the expression needs a fact that was not given */
export function requireFacts(selection: Selection, facts: SelectionFacts): void {
  const needed = neededFacts(selection)
  const lacking = [
    ...(needed.status && !facts.statuses ? ["'status:' needs recorded state"] : []),
    ...needed.revisions
      .filter((revision) => !facts.changed?.has(revision))
      .map((revision) => `'changed:${revision}' needs a comparison with that revision`),
  ]
  if (lacking.length === 0) return
  throw graphError(
    'facts-needed',
    `The graph alone cannot tell what is selected: ${lacking.join('; ')}`,
    'Select by what the graph declares here (key, tag, owner, group, kind, is, partitions).',
  )
}
