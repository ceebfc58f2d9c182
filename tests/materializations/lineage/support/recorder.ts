import { randomBytes, randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings } from '../../../../lib/config/index.ts'
import {
  existingPartitions,
  type Graph,
  mappingText,
  partitionKey,
  partitionOrdinal,
  resolveMapping,
} from '../../../../lib/graph/index.ts'
import { openPostgres, stopPostgres } from '../../../../lib/postgres/index.ts'
import { type Lineage, openLineage } from '../../../../materializations/lineage/lineage.ts'

/** A lineage store of its own on a real PostgreSQL. */
export interface LineageHome {
  readonly lineage: Lineage
  /** Statements since the last call. */
  queries(): number
  close(): Promise<void>
}

export async function openLineageHome(): Promise<LineageHome> {
  const home = await mkdtemp(join(tmpdir(), 'ottok-lineage-'))
  await chmod(home, 0o755)
  const environment = `lin_${randomBytes(6).toString('hex')}`
  const settings = await loadSettings({ env: { ...process.env, OTTOK_HOME: home, OTTOK_ENV: environment } })
  const postgres = await openPostgres(settings)
  const lineage = await openLineage(postgres, settings.environment)
  let count = 0
  return {
    lineage: {
      ...lineage,
      query: (sql, values) => {
        count++
        return lineage.query(sql, values)
      },
    },
    queries: () => {
      const before = count
      count = 0
      return before
    },
    close: async () => {
      await postgres.pool.query(`DROP SCHEMA "${lineage.schema}" CASCADE`)
      await postgres.close()
      await stopPostgres(home)
      await rm(home, { recursive: true, force: true })
    },
  }
}

interface Version {
  readonly seq: number
  readonly key: string
  readonly partition: string
  readonly code: string
  readonly data: string
  readonly asOf: Date
  readonly inputs: readonly Input[]
}

interface Input {
  readonly name: string
  readonly upstream: string
  readonly mapping: string
  readonly box: { readonly from: number; readonly to: number; readonly keys: readonly string[] | null }
  readonly asOfSeq: number
  readonly restated: boolean
}

/** Writes what a run would have recorded, without making anything: histories of any size in seconds. */
export class Recorder {
  readonly versions: Version[] = []
  readonly #graph: Graph
  readonly #now: Date
  readonly #runId = randomUUID()

  /** `now` decides which partitions exist. */
  constructor(graph: Graph, now: string) {
    this.#graph = graph
    this.#now = new Date(now)
  }

  get seq(): number {
    return this.versions.length
  }

  /** Makes a partition from what its inputs are now; returns the number of its version. */
  make(key: string, partition = '', options: { code?: string; data?: string; asOf?: string } = {}): number {
    const seq = this.seq + 1
    const external = this.#graph.asset(key).kind === 'external'
    this.versions.push({
      seq,
      key,
      partition,
      code: external ? '' : (options.code ?? 'h1:code'),
      data: options.data ?? `data-${seq}`,
      asOf: new Date(options.asOf ?? this.#now),
      inputs: this.#inputs(key, partition),
    })
    return seq
  }

  /** Every partition of every asset that exists, upstreams first. */
  makeAll(): void {
    for (const key of this.#graph.order) for (const partition of this.partitions(key)) this.make(key, partition)
  }

  partitions(key: string): string[] {
    const space = this.#graph.space(key)
    return existingPartitions(space, this.#now).flatMap(([from, to]) =>
      Array.from({ length: to - from }, (_, i) => partitionKey(space, from + i)),
    )
  }

  #inputs(key: string, partition: string): Input[] {
    const down = this.#graph.space(key)
    const ordinal = partitionOrdinal(down, partition)
    if (ordinal === undefined) throw new Error(`${key} has no partition '${partition}'`)
    return this.#graph.upstream.get(key)!.map((edge) => {
      const up = this.#graph.space(edge.upstream)
      const box = resolveMapping(edge.mapping, down, up, existingPartitions(up, this.#now)).boxOf(ordinal)
      return {
        name: edge.name,
        upstream: edge.upstream,
        mapping: edge.mapping.kind === 'asOf' ? 'asOf' : mappingText(edge.mapping),
        box: { from: box.from, to: box.to, keys: box.keys?.map((index) => up.keys[index]!) ?? null },
        asOfSeq: this.seq,
        restated: false,
      }
    })
  }

  /** Writes everything, instead of what was written before. */
  async write(lineage: Lineage): Promise<void> {
    await lineage.query('TRUNCATE materializations, materialization_inputs, partition_state')
    await lineage.query(
      `INSERT INTO materializations (seq, asset_key, partition, run_id, step_no, code_version, data_version,
                                     partitions_signature, location, metadata, as_of, made_at)
       SELECT v.seq, v.key, v.partition, $2, 0, v.code, v.data, '', jsonb_build_object('kind', v.kind), '{}', v."asOf",
              '2026-01-01T00:00:00Z'::timestamptz + v.seq * interval '1 second'
       FROM jsonb_to_recordset($1::jsonb) AS v(seq bigint, key text, partition text, code text, data text, kind text,
         "asOf" timestamptz)`,
      [
        JSON.stringify(
          this.versions.map(({ inputs: _, ...version }) => ({
            ...version,
            kind: this.#graph.assets.get(version.key)?.kind === 'external' ? 'observed' : 'value',
          })),
        ),
        this.#runId,
      ],
    )
    await lineage.query(
      `INSERT INTO materialization_inputs (seq, name, upstream, mapping, box, version, as_of_seq, restated)
       SELECT seq, name, upstream, mapping, box, '', "asOfSeq", restated FROM jsonb_to_recordset($1::jsonb) AS i(
         seq bigint, name text, upstream text, mapping text, box jsonb, "asOfSeq" bigint, restated boolean)`,
      [JSON.stringify(this.versions.flatMap(({ seq, inputs }) => inputs.map((input) => ({ seq, ...input }))))],
    )
    await lineage.query(
      `INSERT INTO partition_state (asset_key, partition, seq)
       SELECT asset_key, partition, max(seq) FROM materializations GROUP BY asset_key, partition`,
    )
    await lineage.query('ANALYZE materializations, materialization_inputs, partition_state')
  }
}
