import { type EffectAsset, type EffectContext, partitionKey } from '../../lib/graph/index.ts'
import { runActingProgram } from '../external/run-program.ts'
import { type NewVersion, recordVersions } from '../lineage/record.ts'
import { inputsVersion } from '../stores/fingerprint.ts'
import { environmentSchema } from '../stores/published-table.ts'
import { reached } from './commit-points.ts'
import { materializeContext } from './context.ts'
import type { AttemptEnvironment } from './environment.ts'
import { type StepOutcome, Unfinished } from './outcome.ts'
import { programStep } from './program-step.ts'

/**
 * Acts once for one partition and records that it did. A process that dies in between acts again at the next run, so what
 * an effect sends must be keyed, for the receiver to drop what it has.
 */
export async function performEffect(
  env: AttemptEnvironment,
  asset: EffectAsset,
  ordinal: number,
  stepNo: number,
): Promise<StepOutcome> {
  const inputs = env.state.inputs(asset.key, ordinal)
  const codeVersion = env.state.code.get(asset.key)!
  // Waited for also when it is to stop: what an act does after it was given up would not be known.
  const { metadata = {} } = await asset.act(await effectContext(env, asset, ordinal))
  reached('effect-acted')
  const version: NewVersion = {
    assetKey: asset.key,
    partition: partitionKey(env.state.asset(asset.key).space, ordinal),
    runId: env.runId,
    stepNo,
    codeVersion,
    dataVersion: inputsVersion(codeVersion, inputs),
    partitionsSignature: env.state.partitionsSignature(asset.key),
    inputs,
    location: { kind: 'effect' },
    metadata,
    asOf: env.now,
  }
  try {
    await env.journal.flush()
    await env.keys.write()
    const recorded = await recordVersions(env.lineage, [version], {
      lease: { assetKey: asset.key, token: env.leases.token },
    })
    reached('effect-recorded')
    return { recorded, failed: [] }
  } catch (error) {
    throw new Unfinished('it was done, but could not be recorded', error)
  }
}

async function effectContext(env: AttemptEnvironment, asset: EffectAsset, ordinal: number): Promise<EffectContext> {
  const context = await materializeContext(env, asset.key, [ordinal])
  return {
    ...context,
    runProgram: (spec) => runActingProgram(programStep(env, asset.key, context), spec),
    query: async <T extends object>(sql: string, values: readonly unknown[] = []) =>
      (await env.lineage.pool.query<T>(sql, [...values])).rows,
    publishedSchema: (schema) => environmentSchema(schema, env.environment),
    putObject: async (key, bytes) => {
      const objects = await env.stores.objects()
      const place = `effects/${key}`
      await objects.put(place, bytes)
      return objects.address(place)
    },
  }
}
