import { ConnectionLost } from '../lineage/connection-lost.ts'
import type { Lineage } from '../lineage/lineage.ts'
import {
  type InBox,
  insertVersions,
  LeaseLost,
  type NewVersion,
  type RecordedVersion,
  requireUnmovedInputs,
  sequenceName,
} from '../lineage/record.ts'

/**
 * Records what needs no other act in its transaction. Steps that come while a transaction runs share the next one: the
 * order of sequence numbers lets only one of them commit at a time anyway.
 */
export interface RecordQueue {
  /** Records versions of one asset, all or none. Throws LeaseLost and InputsMoved. */
  record(versions: readonly NewVersion[]): Promise<readonly RecordedVersion[]>
}

interface Waiting {
  readonly versions: readonly NewVersion[]
  readonly resolve: (recorded: readonly RecordedVersion[]) => void
  readonly reject: (error: unknown) => void
}

const STEPS_A_TRANSACTION = 200

export function openRecordQueue(lineage: Lineage, token: string, inBox: InBox): RecordQueue {
  const waiting: Waiting[] = []
  let isBusy = false

  const commit = (batch: readonly Waiting[]) =>
    lineage.transaction(async (client) => {
      const keys = [...new Set(batch.map(({ versions }) => versions[0]!.assetKey))]
      // The leases must still be ours; whoever has one waits for the sequence here, in the same journey.
      const held = await client.query<{ name: string }>(
        `SELECT name, pg_advisory_xact_lock(hashtextextended($3, 0)) FROM leases
         WHERE token = $1 AND name = ANY($2) FOR SHARE`,
        [token, keys, sequenceName(lineage.schema)],
      )
      const names = new Set(held.rows.map((row) => row.name))
      const lost = keys.find((key) => !names.has(key))
      if (lost !== undefined) throw new LeaseLost(lost)
      const versions = batch.flatMap((one) => one.versions)
      await requireUnmovedInputs(client, versions, inBox)
      return insertVersions(client, versions)
    })

  const settle = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const recorded = await commit(batch)
      let from = 0
      for (const { versions, resolve } of batch) {
        resolve(recorded.slice(from, from + versions.length))
        from += versions.length
      }
    } catch (error) {
      if (batch.length > 1 && !(error instanceof ConnectionLost)) {
        // One of them is to blame: each by itself. Nothing of the batch was written.
        for (const one of batch) await settle([one])
        return
      }
      for (const { reject } of batch) reject(error)
    }
  }

  const drain = async (): Promise<void> => {
    isBusy = true
    while (waiting.length > 0) await settle(waiting.splice(0, STEPS_A_TRANSACTION))
    isBusy = false
  }

  return {
    record: (versions) =>
      new Promise((resolve, reject) => {
        waiting.push({ versions, resolve, reject })
        // Those that come in the same turn go together from the first transaction on.
        if (!isBusy) {
          isBusy = true
          setImmediate(() => void drain())
        }
      }),
  }
}
