import { createHash } from 'node:crypto'
import type { PoolClient } from 'pg'
import { type FunctionAsset, type PublishedStore, partitionKey } from '../../lib/graph/index.ts'
import {
  insertVersions,
  lockSequence,
  type NewVersion,
  type RecordedVersion,
  requireLease,
  requireUnmovedInputs,
} from '../lineage/record.ts'
import { inputsVersion } from '../stores/fingerprint.ts'
import { ensurePublished } from '../stores/published-schema.ts'
import { ensureSpareLoad, loadPublished, publishedSchema } from '../stores/published-table.ts'
import { dropReplacedLoads } from '../stores/replaced-loads.ts'
import { callFunction, wrongOutput } from './call-function.ts'
import { isStopped, keepCheckResults } from './check-results.ts'
import { reached } from './commit-points.ts'
import type { AttemptEnvironment } from './environment.ts'
import { givenVersion } from './given-version.ts'
import { inBoxOf } from './in-box.ts'
import { metadataResults } from './metadata-checks.ts'
import { CheckFailed, type StepOutcome } from './outcome.ts'

/** Loads one partition of a published table: content, pointer and record in one transaction. */
export async function publishPartition(
  env: AttemptEnvironment,
  asset: FunctionAsset & { store: PublishedStore },
  ordinal: number,
  stepNo: number,
): Promise<StepOutcome> {
  const { store } = asset
  const partition = partitionKey(env.state.asset(asset.key).space, ordinal)
  const inputs = env.state.inputs(asset.key, ordinal)
  const codeVersion = env.state.code.get(asset.key)!
  const output = await callFunction(env, asset, [ordinal])
  if (output.kind !== 'rows') throw wrongOutput(asset, output.kind)
  const checked = metadataResults(asset.checks, [partition], output.metadata ?? {})
  await keepCheckResults(env, asset.key, checked)
  if (isStopped(checked)) return { recorded: [], failed: [{ ordinal, error: new CheckFailed(checked) }] }
  const schema = publishedSchema(store, env.environment)
  const place = { store, schema, environment: env.environment, assetKey: asset.key }
  await env.lineage.transaction((client) => ensurePublished(client, place))
  const load = async (client: PoolClient): Promise<readonly RecordedVersion[] | undefined> => {
    await requireLease(client, asset.key, env.leases.token)
    const content = createHash('sha256')
    const loaded = await loadPublished(client, store, schema, partition, hashed(output.rows, content))
    if (!loaded) return undefined
    reached('published-loaded')
    const version: NewVersion = {
      assetKey: asset.key,
      partition,
      runId: env.runId,
      stepNo,
      codeVersion,
      dataVersion:
        givenVersion(output) ??
        (asset.dataVersion === 'content'
          ? `c1:${content.digest('hex').slice(0, 32)}`
          : inputsVersion(codeVersion, inputs)),
      partitionsSignature: env.state.partitionsSignature(asset.key),
      inputs,
      location: { kind: 'published', table: `${schema}.${store.table}`, load: loaded.load, rows: loaded.rows },
      metadata: output.metadata ?? {},
      asOf: env.now,
    }
    await lockSequence(client, env.lineage.schema)
    await requireUnmovedInputs(client, [version], inBoxOf(env.state))
    return insertVersions(client, [version])
  }
  await env.journal.flush()
  await env.keys.write()
  let recorded: readonly RecordedVersion[] | undefined
  // Steps of other days of the same table load beside this one, each into a spare of its own.
  while (!recorded) {
    await env.lineage.transaction((client) => ensureSpareLoad(client, store, schema))
    recorded = await env.lineage.transaction(load)
  }
  reached('published-recorded')
  await env.lineage.transaction((client) => ensureSpareLoad(client, store, schema))
  await dropReplacedLoads(env.lineage, store, schema, asset.key)
  return { recorded, failed: [] }
}

function* hashed(
  rows: Iterable<readonly unknown[]>,
  hash: ReturnType<typeof createHash>,
): Generator<readonly unknown[]> {
  for (const row of rows) {
    hash.update(JSON.stringify(row))
    yield row
  }
}
