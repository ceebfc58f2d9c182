import { OttokError } from '../../lib/config/errors.ts'
import {
  type Edge,
  type Input,
  type InputPartition,
  type Partition,
  type PartitionColumn,
  type PartitionSpace,
  partitionColumns,
  partitionKey,
  partitionOf,
  sets,
} from '../../lib/graph/index.ts'
import { assetTables } from '../lineage/asset-tables.ts'
import { inForce } from '../planner/as-of.ts'
import type { StoredLocation } from '../planner/recorded.ts'
import { quoteName } from '../stores/fingerprint.ts'
import { partitionColumnsOfPath } from '../stores/object-keys.ts'
import { partitionFilter } from '../stores/staging.ts'
import { detailsOf } from './details.ts'
import type { RunEnvironment } from './environment.ts'

/** Thrown when an input cannot be read as a whole now; the step is skipped, not failed. */
export class StepBlocked extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'StepBlocked'
  }
}

interface Member {
  readonly ordinal: number
  readonly partition: string
  readonly dataVersion: string
  readonly location: StoredLocation
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The declared inputs of a step over some partitions of one asset: exactly the mapped upstream partitions. */
export async function openInputs(
  env: RunEnvironment,
  key: string,
  ordinals: readonly number[],
): Promise<Record<string, Input>> {
  const inputs: Record<string, Input> = {}
  for (const edge of env.graph.upstream.get(key)!) inputs[edge.name] = await openInput(env, edge, ordinals)
  return inputs
}

async function openInput(env: RunEnvironment, edge: Edge, ordinals: readonly number[]): Promise<Input> {
  const members =
    edge.mapping.kind === 'asOf' ? asOfMembers(env, edge, ordinals) : await boxMembers(env, edge, ordinals)
  const table = await tableExpression(env, edge, members)
  const partitions = members.map((member) => inputPartition(env, edge.upstream, member))
  return {
    key: edge.upstream,
    partitions,
    only: () => {
      if (partitions.length === 1) return partitions[0]!
      throw new OttokError({
        what: `cannot read '${edge.upstream}' (input '${edge.name}' of '${edge.downstream}') as one partition`,
        cause: `Its mapping gave ${partitions.length} partitions.`,
        mend: 'Use `partitions`, or a mapping that gives one.',
      })
    },
    get table() {
      if (typeof table === 'string') return table
      throw table
    },
  }
}

async function boxMembers(env: RunEnvironment, edge: Edge, ordinals: readonly number[]): Promise<Member[]> {
  const up = env.state.asset(edge.upstream)
  const mapped = env.state.mapping(edge).upstreamOf(sets.fromOrdinals(ordinals))
  const made: { ordinal: number; seq: number }[] = []
  for (const ordinal of sets.ordinals(mapped)) {
    const seq = up.seq(ordinal)
    if (seq !== undefined) made.push({ ordinal, seq })
  }
  const detail = await detailsOf(
    env,
    made.map((one) => one.seq),
  )
  return made.map(({ ordinal, seq }) => ({ ordinal, partition: partitionKey(up.space, ordinal), ...detail(seq) }))
}

function asOfMembers(env: RunEnvironment, edge: Edge, ordinals: readonly number[]): Member[] {
  const up = env.state.asset(edge.upstream)
  const [ordinal, ...others] = ordinals
  if (ordinal === undefined || others.length > 0) {
    throw new OttokError({
      what: `cannot make ${ordinals.length} partitions of '${edge.downstream}' in one step`,
      cause: `Each has its own version of '${edge.upstream}' in force.`,
      mend: 'Leave `range` at 1 for assets with an asOf input.',
    })
  }
  return inForce(env.state, edge, ordinal).entries.map((entry) => ({
    ...entry,
    ordinal: up.space.keys.indexOf(entry.partition),
  }))
}

function inputPartition(env: RunEnvironment, upstream: string, member: Member): InputPartition {
  const { location } = member
  const other = (wanted: string) =>
    new OttokError({
      what: `cannot read ${upstream}@${member.partition} as ${wanted}`,
      cause: `It is stored as '${location.kind}'.`,
      mend: 'Read it the way its store offers.',
    })
  return {
    partition: member.partition,
    dataVersion: member.dataVersion,
    metadata: member.metadata,
    bytes: async () => {
      if (location.kind !== 'objects') throw other('bytes')
      return (await env.stores.objects()).get(location.object)
    },
    value: () => {
      if (location.kind !== 'value') throw other('a value')
      return location.value
    },
    address: async () => {
      if (location.kind !== 'objects') throw other('an object')
      return (await env.stores.objects()).address(location.object)
    },
  }
}

/** SQL over exactly these members, or the error to throw when somebody asks for it. */
async function tableExpression(
  env: RunEnvironment,
  edge: Edge,
  members: readonly Member[],
): Promise<string | OttokError> {
  const upstream = env.graph.asset(edge.upstream)
  if (upstream.kind !== 'external' && upstream.kind !== 'effect') {
    if (upstream.store.kind === 'warehouse') return warehouseExpression(env, edge, members)
    if (upstream.store.kind === 'objects' && upstream.store.format !== undefined) {
      const objects = await env.stores.objects()
      const keys = members.map((m) => (m.location.kind === 'objects' ? m.location.object : ''))
      const { format, structure } = upstream.store
      const { space } = env.state.asset(edge.upstream)
      const added =
        structure === undefined
          ? []
          : partitionColumnsOfPath(
              edge.upstream,
              space,
              structure,
              members.map((m) => partitionOf(space, m.ordinal)),
            )
      return `(SELECT ${['*', ...added].join(', ')} FROM ${objects.tableFunction(keys, format, structure)})`
    }
  }
  return new OttokError({
    what: `cannot read '${edge.upstream}' (input '${edge.name}' of '${edge.downstream}') as a table`,
    cause: 'Only warehouse tables, and objects stored with a format, can be read in SQL.',
    mend: "Land it first, or give its store a `format` such as 'Parquet'.",
  })
}

/**
 * The columns of the upstream's current schema. Partitions of an older one are remade first: their rows
 * would have defaults in new columns, or lie in another table.
 */
async function warehouseExpression(env: RunEnvironment, edge: Edge, members: readonly Member[]): Promise<string> {
  const current = (await assetTables(env.lineage, edge.upstream)).find((table) => table.current)
  if (!current) throw new StepBlocked(`${edge.upstream} was never made, so that its columns are not known`)
  const old = members.find(({ location }) => location.kind !== 'warehouse' || location.schema !== current?.schemaHash)
  if (old) {
    throw new StepBlocked(
      `${edge.upstream}@${old.partition} is of an older schema; remake it first, with --force if it counts as fresh`,
    )
  }
  const up = env.state.asset(edge.upstream)
  const columns = partitionColumns(up.space)
  // A window before the upstream's first partition has no members, and no rows.
  const filter = members.length === 0 ? '0' : columns.length === 0 ? '1' : membersFilter(up.space, columns, members)
  const list = current.columns.map((column) => quoteName(column.name)).join(', ')
  return `(SELECT ${list} FROM ${quoteName(current.tableName)} WHERE ${filter})`
}

/** A stretch of time is a BETWEEN, which the engine prunes by; anything else is listed. */
function membersFilter(space: PartitionSpace, columns: readonly PartitionColumn[], members: readonly Member[]): string {
  const partitions: Partition[] = members.map((m) => partitionOf(space, m.ordinal))
  const set = sets.fromOrdinals(members.map((m) => m.ordinal))
  const [column] = columns
  if (column && column.type !== 'String' && columns.length === 1 && set.length === 1) {
    const [first, last] = [partitions[0], partitions.at(-1)].map((one) => `'${one!.values[column.name]!}'`)
    const [from, to] = [first, last].map((v) => (column.type === 'Date' ? `toDate(${v})` : `toDateTime(${v}, 'UTC')`))
    return `${quoteName(column.name)} BETWEEN ${from} AND ${to}`
  }
  return partitionFilter(
    columns.map(({ name }) => name),
    partitions,
  )
}
