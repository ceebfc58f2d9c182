import type { StoredLocation, VersionDetail } from '../planner/recorded.ts'
import type { Lineage } from './lineage.ts'

/** Details of versions by their sequence number: one query. Versions that were wiped are left out. */
export async function versionDetails(lineage: Lineage, seqs: readonly number[]): Promise<Map<number, VersionDetail>> {
  if (seqs.length === 0) return new Map()
  const rows = await lineage.query<{
    seq: string
    data_version: string
    location: StoredLocation
    metadata: Record<string, unknown>
  }>('SELECT seq, data_version, location, metadata FROM materializations WHERE seq = ANY($1)', [seqs])
  return new Map(
    rows.map(({ seq, data_version, location, metadata }) => [
      Number(seq),
      { dataVersion: data_version, location, metadata },
    ]),
  )
}
