import { randomUUID } from 'node:crypto'
import type { AssetKey } from '../../lib/graph/index.ts'
import { openLeases } from '../lineage/leases.ts'
import { requireLease } from '../lineage/record.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Session } from '../session.ts'
import { sameCode } from '../versions/comparable.ts'

export interface Acceptance {
  readonly key: AssetKey
  /** Partitions that now count as made by today's code. */
  readonly accepted: number
  readonly codeVersion: string
}

/**
 * Records today's code version for data that exist, without remaking them: for a change of code that changes no result.
 * What was materialized when, and by which code, stays in the history.
 */
export async function accept(
  session: Session,
  state: GraphState,
  keys: readonly AssetKey[],
  reason: string,
): Promise<readonly Acceptance[]> {
  const leases = openLeases(session.lineage, randomUUID())
  const acceptances: Acceptance[] = []
  try {
    for (const key of keys) {
      const asset = session.graph.asset(key)
      if (asset.kind === 'external' || asset.kind === 'effect') continue
      const today = state.code.get(key)!
      const partitions = [...state.asset(key).entries()]
        .filter(([, { current }]) => current && !sameCode(current.codeVersion, today))
        .map(([, record]) => record.partition)
      if (partitions.length > 0) {
        await leases.acquire(key)
        await session.lineage.transaction(async (client) => {
          await requireLease(client, key, leases.token)
          await client.query(
            `INSERT INTO acceptances (asset_key, partition, from_code_version, to_code_version, reason)
             SELECT asset_key, partition, code_version, $3, $4 FROM partition_state
             WHERE asset_key = $1 AND partition = ANY($2)`,
            [key, partitions, today, reason],
          )
          await client.query(
            'UPDATE partition_state SET code_version = $3 WHERE asset_key = $1 AND partition = ANY($2)',
            [key, partitions, today],
          )
        })
      }
      acceptances.push({ key, accepted: partitions.length, codeVersion: today })
    }
  } finally {
    await leases.release()
  }
  return acceptances
}
