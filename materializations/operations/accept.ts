import { randomUUID } from 'node:crypto'
import type { AssetKey } from '../../lib/graph/index.ts'
import { openLeases } from '../lineage/leases.ts'
import { changePages } from '../lineage/partition-pages.ts'
import { lockSequence, requireLease } from '../lineage/record.ts'
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
      const others = [...state.asset(key).entries()].flatMap(([, { partition, current }]) =>
        current && !sameCode(current.codeVersion, today) ? [{ partition, from: current.codeVersion }] : [],
      )
      if (others.length > 0) {
        await leases.acquire(key)
        await session.lineage.transaction(async (client) => {
          await requireLease(client, key, leases.token)
          await lockSequence(client, session.lineage.schema)
          await client.query(
            `INSERT INTO acceptances (asset_key, partition, from_code_version, to_code_version, reason)
             SELECT $1, partition, from_code_version, $4, $5
             FROM unnest($2::text[], $3::text[]) AS o(partition, from_code_version)`,
            [key, others.map((one) => one.partition), others.map((one) => one.from), today, reason],
          )
          await changePages(
            client,
            others.map(({ partition }) => ({
              assetKey: key,
              partition,
              change: (before) => before && { ...before, codeVersion: today },
            })),
          )
        })
      }
      acceptances.push({ key, accepted: others.length, codeVersion: today })
    }
  } finally {
    await leases.release()
  }
  return acceptances
}
