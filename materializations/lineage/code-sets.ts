import { createHash } from 'node:crypto'
import type { PoolClient } from 'pg'
import type { Lineage } from './lineage.ts'

/** Keeps code versions by asset, once however many runs are planned with the same; gives their digest. */
export async function insertCodeSet(client: PoolClient, code: ReadonlyMap<string, string>): Promise<string> {
  const versions = JSON.stringify(Object.fromEntries([...code].sort(([a], [b]) => (a < b ? -1 : 1))))
  const digest = createHash('sha256').update(versions).digest('hex').slice(0, 32)
  // Asked first: of many assets the versions are long, and mostly there.
  const known = await client.query('SELECT 1 FROM code_sets WHERE digest = $1', [digest])
  if (known.rowCount === 0) {
    await client.query('INSERT INTO code_sets (digest, versions) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      digest,
      versions,
    ])
  }
  return digest
}

/** The code versions of a digest, by asset. */
export async function codeSet(lineage: Lineage, digest: string): Promise<ReadonlyMap<string, string>> {
  const [row] = await lineage.query<{ versions: Record<string, string> }>(
    'SELECT versions FROM code_sets WHERE digest = $1',
    [digest],
  )
  if (!row) throw new Error(`unreachable: the code set ${digest} of a run is not kept`)
  return new Map(Object.entries(row.versions))
}
