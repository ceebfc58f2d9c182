import { createHash } from 'node:crypto'
import { OttokError } from '../../lib/config/errors.ts'
import { type FunctionAsset, type Materialized, partitionKey } from '../../lib/graph/index.ts'
import { type NewVersion, recordVersions } from '../lineage/record.ts'
import type { StoredLocation } from '../planner/recorded.ts'
import { inputsVersion } from '../stores/fingerprint.ts'
import { objectKey } from '../stores/object-keys.ts'
import { reached } from './commit-points.ts'
import { materializeContext } from './context.ts'
import type { RunEnvironment } from './environment.ts'
import { inBoxOf } from './in-box.ts'
import type { StepOutcome } from './outcome.ts'

/**
 * Makes one object or value. Its address is immutable and the row is the pointer, so nothing is swapped:
 * a crash before the record leaves at most an unreferenced object.
 */
export async function makeStoredValue(
  env: RunEnvironment,
  asset: FunctionAsset,
  ordinal: number,
  stepNo: number,
): Promise<StepOutcome> {
  const partition = partitionKey(env.state.asset(asset.key).space, ordinal)
  const inputs = env.state.inputs(asset.key, ordinal)
  const codeVersion = env.state.code.get(asset.key)!
  const output = await asset.materialize(await materializeContext(env, asset.key, [ordinal]))
  const content = contentOf(asset, output)
  const dataVersion =
    asset.dataVersion === 'content'
      ? `c1:${createHash('sha256').update(content).digest('hex').slice(0, 32)}`
      : inputsVersion(codeVersion, inputs)
  const location = await store(env, asset, partition, dataVersion, output)
  const version: NewVersion = {
    assetKey: asset.key,
    partition,
    runId: env.runId,
    stepNo,
    codeVersion,
    dataVersion,
    partitionsSignature: env.state.partitionsSignature(asset.key),
    inputs,
    location,
    metadata: output.metadata ?? {},
    asOf: env.now,
  }
  const recorded = await recordVersions(env.lineage, [version], {
    lease: { assetKey: asset.key, token: env.leases.token },
    inBox: inBoxOf(env.state),
  })
  reached(location.kind === 'objects' ? 'object-recorded' : 'value-recorded')
  return { recorded, failed: [] }
}

function contentOf(asset: FunctionAsset, output: Materialized): Uint8Array | string {
  if (asset.store.kind === 'objects' && output.kind === 'bytes') return output.bytes
  if (asset.store.kind === 'value' && output.kind === 'value') return JSON.stringify(output.value)
  throw new OttokError({
    what: `asset '${asset.key}' returned ${output.kind}`,
    cause: `Its store is '${asset.store.kind}'.`,
    mend: asset.store.kind === 'value' ? "Return { kind: 'value', value }." : "Return { kind: 'bytes', bytes }.",
  })
}

async function store(
  env: RunEnvironment,
  asset: FunctionAsset,
  partition: string,
  dataVersion: string,
  output: Materialized,
): Promise<StoredLocation> {
  if (output.kind === 'value') return { kind: 'value', value: output.value }
  if (output.kind !== 'bytes' || asset.store.kind !== 'objects') throw new Error('unreachable: checked by contentOf')
  const object = objectKey(asset.key, partition, dataVersion, asset.store.extension)
  await (await env.stores.objects()).put(object, output.bytes)
  reached('object-written')
  return { kind: 'objects', object, bytes: output.bytes.byteLength }
}
