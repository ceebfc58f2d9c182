import { OttokError } from '../../lib/config/errors.ts'
import {
  type Check,
  type FunctionAsset,
  type Partition,
  partitionOf,
  partitionParams,
  renderSql,
  type SchemaCheck,
  type SqlAsset,
  type SqlCheck,
} from '../../lib/graph/index.ts'
import type { Warehouse } from '../../lib/warehouse/index.ts'
import type { TableColumn } from '../lineage/asset-tables.ts'
import { fulfilIntents, type Intent, insertIntents } from '../lineage/intents.ts'
import {
  InputsMoved,
  LeaseLost,
  type NewVersion,
  type RecordedVersion,
  requireLease,
  requireUnmovedInputs,
} from '../lineage/record.ts'
import { inputsVersion, quoteName } from '../stores/fingerprint.ts'
import {
  type CheckResult,
  createStaging,
  dropStaging,
  inspectPartitions,
  partitionLiteral,
  type StagedPartition,
  stagingName,
  strayPartitions,
  swapPartition,
} from '../stores/staging.ts'
import { ensureTable, shapeOf, type TableShape } from '../stores/warehouse-tables.ts'
import { callFunction, wrongOutput } from './call-function.ts'
import { isStopped, keepCheckResults } from './check-results.ts'
import { reached } from './commit-points.ts'
import type { AttemptEnvironment } from './environment.ts'
import { givenVersion } from './given-version.ts'
import { inBoxOf } from './in-box.ts'
import { openInputs } from './inputs.ts'
import { metadataResults } from './metadata-checks.ts'
import { CheckFailed, type StepOutcome, Unfinished } from './outcome.ts'
import { requireMomentsInUtc } from './partition-types.ts'
import { schemaResults } from './schema-check.ts'
import { selectColumns } from './select-columns.ts'

type TableAsset = SqlAsset | FunctionAsset

interface Content {
  readonly select: { readonly sql: string; readonly params: Record<string, unknown> } | undefined
  readonly rows: Iterable<readonly unknown[]> | undefined
  readonly parquet?: Uint8Array
  readonly metadata: Readonly<Record<string, unknown>>
  /** Data version that the function gave. */
  readonly given?: string | undefined
}

/**
 * Makes warehouse partitions by the record protocol: staging and checks; one transaction that writes
 * the intents; swaps; one transaction that records and removes the intents; staging dropped last, so
 * that recovery can repeat everything after the intents.
 */
export async function makeTablePartitions(
  env: AttemptEnvironment,
  asset: TableAsset,
  ordinals: readonly number[],
  stepNo: number,
): Promise<StepOutcome> {
  const warehouse = await env.stores.warehouse()
  const space = env.state.asset(asset.key).space
  const partitions = ordinals.map((ordinal) => partitionOf(space, ordinal))
  const inputs = ordinals.map((ordinal) => env.state.inputs(asset.key, ordinal))
  const content = await contentOf(env, asset, ordinals, partitions)
  const columns =
    asset.kind === 'sql'
      ? await selectColumns(env, warehouse, asset, ordinals[0]!, content.select!)
      : Object.entries(asset.columns ?? {}).map(([name, type]) => ({ name, type }))
  const shape = shapeOf(asset, columns)
  requireColumns(asset.key, shape)
  requireMomentsInUtc(asset.key, space, columns)
  const before = [
    ...(await checkSchema(env, asset, columns, partitions)),
    ...metadataResults(
      asset.checks,
      partitions.map((partition) => partition.key),
      content.metadata,
    ),
  ]
  // Before the table is touched: the next attempt compares with the same version.
  if (isStopped(before)) {
    await keepCheckResults(env, asset.key, before)
    const errorOf = ({ key }: Partition) => new CheckFailed(before.filter(({ partition }) => partition === key))
    return { recorded: [], failed: ordinals.map((ordinal, i) => ({ ordinal, error: errorOf(partitions[i]!) })) }
  }
  const table = await ensureTable(warehouse, env.lineage, asset.key, shape)
  const staging = stagingName(env.leases.token, stepNo)
  // The same columns as the table's, which may be more than the asset's: a swap wants that.
  await createStaging(warehouse, staging, table.stored)
  reached('staging-created')
  const swap = { intentsOpen: false }
  try {
    await fill(warehouse, staging, shape, content, env.signal)
    reached('staged')
    const staged = await inspect(warehouse, staging, shape, asset, partitions)
    await keepCheckResults(env, asset.key, [...before, ...staged.flatMap((s) => s.checks)])
    reached('checked')
    const accepted = staged.map((s) => !isStopped(s.checks))
    const versions: NewVersion[] = staged.map((s, i) => ({
      assetKey: asset.key,
      partition: s.partition.key,
      runId: env.runId,
      stepNo,
      codeVersion: env.state.code.get(asset.key)!,
      dataVersion:
        content.given ??
        (asset.dataVersion === 'content' ? s.dataVersion : inputsVersion(env.state.code.get(asset.key)!, inputs[i]!)),
      partitionsSignature: env.state.partitionsSignature(asset.key),
      inputs: inputs[i]!,
      location: { kind: 'warehouse', table: table.name, schema: table.schemaHash, rows: s.rows },
      metadata: content.metadata,
      asOf: env.now,
    }))
    const good = versions.filter((_, i) => accepted[i])
    const recorded = await swapAndRecord(env, warehouse, staging, shape, good, staged, swap)
    return {
      recorded,
      failed: staged.flatMap((s, i) =>
        accepted[i] ? [] : [{ ordinal: ordinals[i]!, error: new CheckFailed(s.checks) }],
      ),
    }
  } catch (error) {
    if (!swap.intentsOpen || error instanceof LeaseLost) throw error
    throw new Unfinished('its swap was begun and not finished, which the next run does', error)
  } finally {
    // Open intents need their staging: recovery rolls them forward from it.
    if (!swap.intentsOpen) await dropStaging(warehouse, staging)
    reached('staging-dropped')
  }
}

async function swapAndRecord(
  env: AttemptEnvironment,
  warehouse: Warehouse,
  staging: string,
  shape: TableShape,
  versions: readonly NewVersion[],
  staged: readonly StagedPartition[],
  swap: { intentsOpen: boolean },
): Promise<readonly RecordedVersion[]> {
  const [first] = versions
  if (first?.location.kind !== 'warehouse') return []
  const lease = { assetKey: first.assetKey, token: env.leases.token }
  const accepted = staged.flatMap((one) => {
    const record = versions.find((version) => version.partition === one.partition.key)
    return record ? [{ rows: one.rows, place: partitionLiteral(shape.partitionBy, one.partition), record }] : []
  })
  const intents: Intent[] = accepted.map(({ record, place }) => ({
    assetKey: record.assetKey,
    partition: record.partition,
    token: lease.token,
    staging,
    place,
    record,
  }))
  // From the first moment on: a connection that breaks at COMMIT does not tell whether the intents stand.
  swap.intentsOpen = true
  await env.journal.flush()
  await env.keys.write()
  await env.lineage
    .transaction(async (client) => {
      await requireLease(client, lease.assetKey, lease.token)
      await requireUnmovedInputs(client, versions, inBoxOf(env.state))
      await insertIntents(client, intents)
    })
    .catch((error: unknown) => {
      // These are thrown before anything is written.
      if (error instanceof LeaseLost || error instanceof InputsMoved) swap.intentsOpen = false
      throw error
    })
  reached('intents-written')
  const target = first.location.table
  for (const { place, rows } of accepted) {
    await swapPartition(warehouse, { staging, table: target, place, rows })
    reached('partition-swapped')
  }
  reached('swapped')
  const recorded = await fulfilIntents(env.lineage, lease, intents)
  swap.intentsOpen = false
  reached('recorded')
  return recorded
}

async function contentOf(
  env: AttemptEnvironment,
  asset: TableAsset,
  ordinals: readonly number[],
  partitions: readonly Partition[],
): Promise<Content> {
  if (asset.kind === 'sql') {
    const inputs = await openInputs(env, asset.key, ordinals)
    const sql = renderSql(asset.sqlTemplate, (name) => inputs[name]!.table)
    const params = partitionParams(asset.partitions, partitions)
    return { select: { sql, params }, rows: undefined, metadata: {} }
  }
  const output = await callFunction(env, asset, ordinals)
  const metadata = output.metadata ?? {}
  if (output.kind === 'rows') return { select: undefined, rows: output.rows, metadata, given: givenVersion(output) }
  if (output.kind === 'select') {
    const select = { sql: output.sql, params: output.params ?? {} }
    return { select, rows: undefined, metadata, given: givenVersion(output) }
  }
  if (output.kind === 'parquet') {
    return { select: undefined, rows: undefined, parquet: output.bytes, metadata, given: givenVersion(output) }
  }
  throw wrongOutput(asset, output.kind)
}

async function fill(
  warehouse: Warehouse,
  staging: string,
  shape: TableShape,
  content: Content,
  signal: AbortSignal,
): Promise<void> {
  const names = shape.columns.map((c) => c.name)
  if (content.select) {
    const list = names.map(quoteName).join(', ')
    await warehouse.command(`INSERT INTO ${quoteName(staging)} (${list}) SELECT ${list} FROM (${content.select.sql})`, {
      params: content.select.params,
      signal,
    })
  } else if (content.parquet) {
    // A column that the file lacks is a mistake, not a column of defaults.
    const settings = { input_format_parquet_allow_missing_columns: 0 }
    await warehouse.insertBytes(staging, names, 'Parquet', content.parquet, { settings, signal })
  } else {
    await warehouse.insertRows(staging, names, batches(content.rows ?? [], 10_000), { signal })
  }
}

async function* batches(rows: Iterable<readonly unknown[]>, size: number): AsyncGenerator<readonly unknown[][]> {
  let batch: unknown[][] = []
  for (const row of rows) {
    batch.push([...row])
    if (batch.length === size) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

async function inspect(
  warehouse: Warehouse,
  staging: string,
  shape: TableShape,
  asset: TableAsset,
  partitions: readonly Partition[],
): Promise<readonly StagedPartition[]> {
  const stray = await strayPartitions(warehouse, staging, shape.partitionBy, partitions)
  if (stray.length > 0) {
    throw new OttokError({
      what: `asset '${asset.key}' made rows of partitions that were not asked for`,
      cause: `It was to make ${partitions.map((p) => p.key).join(', ')}, and gave rows of ${stray.join(', ')} too.`,
      mend: `Filter its rows by the partition (${shape.partitionBy.join(', ')}).`,
    })
  }
  const checks = declaredChecks(asset).filter((check): check is SqlCheck => check.kind === 'sql')
  return inspectPartitions(warehouse, staging, shape, partitions, { uncounted: asset.uncounted, checks })
}

const declaredChecks = (asset: TableAsset): readonly Check[] => asset.checks

async function checkSchema(
  env: AttemptEnvironment,
  asset: TableAsset,
  columns: readonly TableColumn[],
  partitions: readonly Partition[],
): Promise<readonly CheckResult[]> {
  const check = declaredChecks(asset).find((one): one is SchemaCheck => one.kind === 'schema')
  if (!check) return []
  const keys = partitions.map((partition) => partition.key)
  return schemaResults(env.lineage, asset.key, check, columns, keys)
}

function requireColumns(key: string, shape: TableShape): void {
  const names = new Set(shape.columns.map((c) => c.name))
  const absent = [...shape.partitionBy, ...shape.orderBy].filter((name) => !names.has(name))
  if (absent.length === 0) return
  throw new OttokError({
    what: `asset '${key}' has no column ${[...new Set(absent)].join(', ')}`,
    cause: `Its columns are ${[...names].join(', ')}; partition and order columns must be among them.`,
    mend: 'Select the column, or change `partitions` or `orderBy`.',
  })
}
