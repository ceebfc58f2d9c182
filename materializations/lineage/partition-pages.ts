import type { PoolClient } from 'pg'
import { copyOut } from '../../lib/postgres/index.ts'
import { memberHash } from '../planner/combined-version.ts'
import type { CurrentVersion, RecordedInput, RecordedRows } from '../planner/recorded.ts'
import { RecordedColumns } from '../planner/recorded-columns.ts'
import { decodePage, encodePage, type PageEntry } from '../planner/state-page.ts'
import { pageOf } from './page-of.ts'

/** What becomes of one partition's entry; undefined takes it out. */
export interface PageChange {
  readonly assetKey: string
  readonly partition: string
  readonly change: (before: CurrentVersion | undefined) => CurrentVersion | undefined
}

interface PageRow {
  readonly asset_key: string
  readonly page: string
  readonly content: Buffer
}

/** Changes entries of pages: two statements, whatever their number. The caller holds the sequence lock. */
export async function changePages(client: PoolClient, changes: readonly PageChange[]): Promise<void> {
  const pages = new Map<string, { assetKey: string; page: string; changes: PageChange[] }>()
  for (const change of changes) {
    const page = pageOf(change.partition)
    const id = `${change.assetKey}\n${page}`
    const known = pages.get(id)
    if (known) known.changes.push(change)
    else pages.set(id, { assetKey: change.assetKey, page, changes: [change] })
  }
  const touched = [...pages.values()]
  if (touched.length === 0) return
  const before = await readPages(client, touched)
  const after = touched.map((one) => ({
    ...one,
    entries: changed(before.get(`${one.assetKey}\n${one.page}`) ?? [], one.changes),
  }))
  await writePages(client, after)
}

function changed(entries: readonly PageEntry[], changes: readonly PageChange[]): PageEntry[] {
  const byPartition = new Map(entries.map((entry) => [entry.partition, entry]))
  for (const { partition, change } of changes) {
    const current = change(byPartition.get(partition)?.current)
    if (current) byPartition.set(partition, { partition, current })
    else byPartition.delete(partition)
  }
  return [...byPartition.values()]
}

async function readPages(
  client: PoolClient,
  pages: readonly { readonly assetKey: string; readonly page: string }[],
): Promise<Map<string, PageEntry[]>> {
  const found = await client.query<PageRow>(
    `SELECT asset_key, page, content FROM partition_pages JOIN unnest($1::text[], $2::text[]) AS t(asset_key, page)
     USING (asset_key, page)`,
    [pages.map((one) => one.assetKey), pages.map((one) => one.page)],
  )
  return new Map(found.rows.map((row) => [`${row.asset_key}\n${row.page}`, decodePage(row.content)]))
}

async function writePages(
  client: PoolClient,
  pages: readonly { readonly assetKey: string; readonly page: string; readonly entries: readonly PageEntry[] }[],
): Promise<void> {
  const emptied = pages.filter((one) => one.entries.length === 0)
  if (emptied.length > 0) {
    await client.query(
      `DELETE FROM partition_pages p USING unnest($1::text[], $2::text[]) AS t(asset_key, page)
       WHERE p.asset_key = t.asset_key AND p.page = t.page`,
      [emptied.map((one) => one.assetKey), emptied.map((one) => one.page)],
    )
  }
  const kept = pages.filter((one) => one.entries.length > 0)
  if (kept.length === 0) return
  await client.query(
    `INSERT INTO partition_pages (asset_key, page, content)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
     ON CONFLICT (asset_key, page) DO UPDATE SET content = excluded.content`,
    [
      kept.map((one) => one.assetKey),
      kept.map((one) => one.page),
      kept.map((one) => Buffer.from(encodePage(one.entries))),
    ],
  )
}

/** All pages as columns, and which of their rows are an asset's: one statement. */
export async function loadPages(client: PoolClient): Promise<Map<string, RecordedRows>> {
  const pages = await copyOut(client, 'SELECT asset_key, content FROM partition_pages ORDER BY asset_key')
  const columns = new RecordedColumns(pages.map(([, content]) => content!))
  const rows = new Map<string, RecordedRows>()
  let first = 0
  pages.forEach(([assetKey], i) => {
    if (i + 1 < pages.length && pages[i + 1]![0]!.equals(assetKey!)) return
    rows.set(assetKey!.toString(), { columns, from: columns.pageRows[first]!, to: columns.pageRows[i + 1]! })
    first = i + 1
  })
  return rows
}

/** Rebuilds every page from the tables that it is derived from. */
export async function rebuildPages(client: PoolClient): Promise<void> {
  await client.query('DELETE FROM partition_pages')
  const assets = await client.query<{ asset_key: string }>(
    'SELECT DISTINCT asset_key FROM partition_state WHERE seq IS NOT NULL',
  )
  for (const { asset_key } of assets.rows) {
    const current = await currentVersions(client, asset_key)
    await changePages(
      client,
      current.map(({ partition, current: version }) => ({ assetKey: asset_key, partition, change: () => version })),
    )
  }
}

async function currentVersions(client: PoolClient, assetKey: string): Promise<readonly PageEntry[]> {
  const found = await client.query<{
    partition: string
    seq: string
    run_id: string
    made_at: Date
    as_of: Date
    code_version: string
    data_version: string
    partitions_signature: string
    inputs: (Omit<RecordedInput, 'asOfSeq'> & { readonly as_of_seq: number })[] | null
  }>(
    `SELECT s.partition, m.seq, m.run_id, m.made_at, m.as_of, m.data_version, m.partitions_signature,
            coalesce((SELECT a.to_code_version FROM acceptances a
                      WHERE a.asset_key = s.asset_key AND a.partition = s.partition AND a.accepted_at > m.made_at
                      ORDER BY a.id DESC LIMIT 1), m.code_version) AS code_version,
            (SELECT jsonb_agg(to_jsonb(i) - 'seq' ORDER BY i.name) FROM materialization_inputs i
             WHERE i.seq = m.seq) AS inputs
     FROM partition_state s JOIN materializations m USING (seq) WHERE s.asset_key = $1`,
    [assetKey],
  )
  return found.rows.map((row) => ({
    partition: row.partition,
    current: {
      seq: Number(row.seq),
      runId: row.run_id,
      madeAt: row.made_at,
      asOf: row.as_of,
      codeVersion: row.code_version,
      hash: memberHash(row.partition, row.data_version),
      partitionsSignature: row.partitions_signature,
      inputs: (row.inputs ?? []).map(({ as_of_seq, ...input }) => ({ ...input, asOfSeq: as_of_seq })),
    },
  }))
}
