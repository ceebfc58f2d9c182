import { createHash } from 'node:crypto'
import { OttokError } from '../../lib/config/errors.ts'
import { type FunctionAsset, type MaterializedOne, partitionKey } from '../../lib/graph/index.ts'
import type { NewVersion } from '../lineage/record.ts'
import type { StoredLocation } from '../planner/recorded.ts'
import { inputsVersion } from '../stores/fingerprint.ts'
import { objectKey } from '../stores/object-keys.ts'
import type { CheckResult } from '../stores/staging.ts'
import { callFunction, wrongOutput } from './call-function.ts'
import { isStopped, keepCheckResults } from './check-results.ts'
import { reached } from './commit-points.ts'
import type { AttemptEnvironment } from './environment.ts'
import { givenVersion } from './given-version.ts'
import { CheckFailed, type StepOutcome } from './outcome.ts'
import { valueResults } from './value-checks.ts'

/**
 * Makes objects or values. Their addresses are immutable and the rows are the pointers, so nothing is swapped:
 * a crash before the record leaves at most unreferenced objects.
 */
export async function makeStoredValues(
  env: AttemptEnvironment,
  asset: FunctionAsset,
  ordinals: readonly number[],
  stepNo: number,
): Promise<StepOutcome> {
  const { space } = env.state.asset(asset.key)
  const partitions = ordinals.map((ordinal) => partitionKey(space, ordinal))
  const codeVersion = env.state.code.get(asset.key)!
  const inputs = ordinals.map((ordinal) => env.state.inputs(asset.key, ordinal))
  const outputs = await outputsOf(env, asset, ordinals, partitions)
  const versions: NewVersion[] = []
  const checked: CheckResult[] = []
  const failed: StepOutcome['failed'][number][] = []
  for (const [i, output] of outputs.entries()) {
    const content = output.kind === 'value' ? output.value : output.bytes
    const results = await valueResults(asset.key, asset.checks, partitions[i]!, content, output.metadata ?? {})
    checked.push(...results)
    if (isStopped(results)) {
      failed.push({ ordinal: ordinals[i]!, error: new CheckFailed(results) })
      continue
    }
    const derived = () =>
      asset.dataVersion === 'content' ? contentVersion(asset, output) : inputsVersion(codeVersion, inputs[i]!)
    const dataVersion = givenVersion(output) ?? derived()
    versions.push({
      assetKey: asset.key,
      partition: partitions[i]!,
      runId: env.runId,
      stepNo,
      codeVersion,
      dataVersion,
      partitionsSignature: env.state.partitionsSignature(asset.key),
      inputs: inputs[i]!,
      location: await store(env, asset, partitions[i]!, dataVersion, output),
      metadata: output.metadata ?? {},
      asOf: env.now,
    })
  }
  await keepCheckResults(env, asset.key, checked)
  if (versions.length === 0) return { recorded: [], failed }
  await env.journal.flush()
  await env.keys.write()
  // What is left is the wait for the record.
  env.slot.free()
  const recorded = await env.records.record(versions)
  reached(asset.store.kind === 'objects' ? 'object-recorded' : 'value-recorded')
  return { recorded, failed }
}

/** What the function returned for each partition, in order. */
async function outputsOf(
  env: AttemptEnvironment,
  asset: FunctionAsset,
  ordinals: readonly number[],
  partitions: readonly string[],
): Promise<readonly MaterializedOne[]> {
  const output = await callFunction(env, asset, ordinals)
  if (output.kind !== 'each') {
    const one = checkedOne(asset, output.kind === 'value' || output.kind === 'bytes' ? output : output.kind)
    if (partitions.length === 1) return [one]
    throw new OttokError({
      what: `asset '${asset.key}' returned one ${output.kind} for ${partitions.length} partitions`,
      cause: 'It has a range, so that one call makes all of `context.partitions`.',
      mend: "Return { kind: 'each', outputs } with an output for each, or leave `range` out.",
    })
  }
  const others = [...output.outputs.keys()].filter((partition) => !partitions.includes(partition))
  const missing = partitions.filter((partition) => !output.outputs.has(partition))
  if (others.length > 0 || missing.length > 0) {
    throw new OttokError({
      what: `asset '${asset.key}' made other partitions than it was asked for`,
      cause: [
        ...(missing.length > 0 ? [`It gave nothing for ${missing.join(', ')}.`] : []),
        ...(others.length > 0 ? [`It gave ${others.join(', ')} too.`] : []),
      ].join(' '),
      mend: 'Return an output for each of `context.partitions`, by its key, and for no other.',
    })
  }
  return partitions.map((partition) => checkedOne(asset, output.outputs.get(partition)!))
}

function checkedOne(asset: FunctionAsset, output: MaterializedOne | string): MaterializedOne {
  const wanted = asset.store.kind === 'value' ? 'value' : 'bytes'
  if (typeof output !== 'string' && output.kind === wanted) return output
  throw wrongOutput(asset, typeof output === 'string' ? output : output.kind)
}

function contentVersion(asset: FunctionAsset, output: MaterializedOne): string {
  const content = output.kind === 'bytes' ? output.bytes : JSON.stringify(output.value)
  if (content === undefined) {
    throw new OttokError({
      what: `asset '${asset.key}' returned a value that is no JSON`,
      cause: 'It is undefined, or a function.',
      mend: 'Return null where there is nothing.',
    })
  }
  return `c1:${createHash('sha256').update(content).digest('hex').slice(0, 32)}`
}

async function store(
  env: AttemptEnvironment,
  asset: FunctionAsset,
  partition: string,
  dataVersion: string,
  output: MaterializedOne,
): Promise<StoredLocation> {
  if (output.kind === 'value') return { kind: 'value', value: output.value }
  if (asset.store.kind !== 'objects') throw new Error('unreachable: checked by checkedOne')
  const object = objectKey(asset.key, partition, dataVersion, asset.store.extension)
  await (await env.stores.objects()).put(object, output.bytes)
  reached('object-written')
  return { kind: 'objects', object, bytes: output.bytes.byteLength }
}
