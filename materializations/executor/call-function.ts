import { OttokError } from '../../lib/config/errors.ts'
import type { FunctionAsset, Materialized } from '../../lib/graph/index.ts'
import { materializeContext } from './context.ts'
import type { AttemptEnvironment } from './environment.ts'
import { untilAborted } from './time-limit.ts'

/** What to write at the end of a function, by its asset's store. */
const RETURNS = {
  warehouse: "Return { kind: 'rows', rows }, { kind: 'parquet', bytes } or { kind: 'select', sql }.",
  published: "Return { kind: 'rows', rows }.",
  objects: "Return { kind: 'bytes', bytes }.",
  value: "Return { kind: 'value', value }.",
} as const

/** Has an asset's function make partitions. Fails when it returns nothing: definitions run without being type-checked. */
export async function callFunction(
  env: AttemptEnvironment,
  asset: FunctionAsset,
  ordinals: readonly number[],
): Promise<Materialized> {
  const context = await materializeContext(env, asset.key, ordinals)
  const output: unknown = await untilAborted(env.signal, asset.materialize(context))
  if (typeof output === 'object' && output !== null && 'kind' in output) return output as Materialized
  throw wrongOutput(asset, output === undefined ? 'nothing' : 'something without a kind')
}

export function wrongOutput(asset: FunctionAsset, returned: string): OttokError {
  return new OttokError({
    what: `asset '${asset.key}' returned ${returned}`,
    cause: `Its store is '${asset.store.kind}'.`,
    mend: RETURNS[asset.store.kind],
  })
}
