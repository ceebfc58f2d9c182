import { OttokError } from '../../lib/config/errors.ts'
import type { EffectContext, Input, QueryEngine } from '../../lib/graph/index.ts'
import { chooseDeliveries, type HeldBack, type Standing } from '../../lib/sources/altcraft/choose.ts'
import type { AltcraftConnection } from '../../lib/sources/altcraft/connection.ts'
import { deliver, type Send } from '../../lib/sources/altcraft/deliver.ts'
import { type DeliveryMode, openDeliveryLog } from '../../lib/sources/altcraft/delivery-log.ts'
import { importBatch, importBody } from '../../lib/sources/altcraft/import-batch.ts'
import { decodeProfiles } from '../../lib/sources/altcraft/profile.ts'
import { decisionIdSql } from './experiment.ts'

/** How decisions are delivered, as `definitions.ts` gives it among the resources. */
export type AltcraftResource = { readonly mode: DeliveryMode; readonly userField: string } & Partial<AltcraftConnection>

/** Days for which the withdrawal of an action stays valid: nothing is to be done until another decision says so. */
const WITHDRAWAL_DAYS = 30

/** What a delivery reads: profiles of the day, and the newest accounts, contacts and changes of subscriptions. */
export type DeliveryInputs = Readonly<Record<'profiles' | 'accounts' | 'contacts' | 'changes', Input>>

/**
 * Tells the marketing platform what changed. Dry unless the settings say live: then batches are written down as they
 * would be sent. Consents and the state of the subscription are looked at again, by all that is known at this moment.
 */
export async function deliverDecisions(context: Omit<EffectContext, 'inputs'> & { readonly inputs: DeliveryInputs }) {
  const { partition, inputs, warehouse, resources, query, publishedSchema, putObject, now, runId, signal, log } =
    context
  const altcraft = altcraftOf(resources.altcraft)
  const day = partition.date!
  const place = { schema: publishedSchema('mart'), mode: altcraft.mode, day }
  const records = await openDeliveryLog(query, place)
  const profiles = decodeProfiles(await inputs.profiles.only().bytes())
  const delivered = await records.latest()
  const standing = await standingNow(warehouse, inputs, now, signal)
  const ids = await decisionIds(warehouse, [...delivered.keys()], day, signal)
  const choice = chooseDeliveries(profiles, delivered, standing, {
    now,
    withdrawalId: (userId) => ids.get(userId)!,
    validUntil: new Date(now.getTime() + WITHDRAWAL_DAYS * 86_400_000).toISOString(),
  })
  const send: Send =
    altcraft.mode === 'live'
      ? (_, batch) => importBatch(connectionOf(altcraft), batch, { signal })
      : async (name, batch) => {
          const body = importBody(batch, { databaseId: altcraft.databaseId ?? 0, userField: altcraft.userField })
          await putObject(`altcraft/${name}.json`, Buffer.from(JSON.stringify(body)))
          return batch.map(() => ({ error: undefined }))
        }
  // A run that goes on after a death writes other batches than the one before it.
  const name = `${day}/${runId.slice(0, 8)}`
  const delivery = await deliver(choice.send, { log: records, send, name, now })
  const { unchanged, heldBack, withdrawn } = choice
  const metadata = { mode: altcraft.mode, ...delivery, unchanged, withdrawn, heldBack }
  log.info(`${altcraft.mode} delivery of ${day}`, metadata)
  return { metadata }
}

function altcraftOf(resource: unknown): AltcraftResource {
  if (resource !== undefined) return resource as AltcraftResource
  throw new OttokError({
    what: 'the delivery to Altcraft is not configured',
    cause: 'The resources of this graph have no `altcraft`.',
    mend: "Give `altcraft: { mode: 'dry', userField: 'user_id' }` among the resources of defineGraph.",
    exitCode: 2,
  })
}

function connectionOf({ url, token, databaseId, userField }: AltcraftResource): AltcraftConnection {
  // The settings have checked that a live delivery has all of them.
  return { url: url!, token: token!, databaseId: databaseId!, userField }
}

/** Who may not be addressed now, by the newest account row, unsubscription and revocation that are known. */
async function standingNow(
  warehouse: QueryEngine,
  inputs: Readonly<Record<'accounts' | 'contacts' | 'changes', { readonly table: string }>>,
  now: Date,
  signal: AbortSignal,
): Promise<Standing> {
  const params = { now: Math.floor(now.getTime() / 1000) }
  const known = "known_at <= toDateTime({now:UInt32}, 'UTC')"
  const objections = await warehouse.rows<{ user_id: string; channel: string; why: HeldBack }>(
    `
WITH account AS (
  SELECT user_id, argMax((deleted, consent_email, consent_push, consent_sms), (known_at, changed_at, change_id)) AS last
  FROM ${inputs.accounts.table} WHERE ${known} GROUP BY user_id
), consent AS (
  SELECT user_id, arrayJoin([('email', last.2), ('push', last.3), ('sms', last.4)]) AS given FROM account
)
SELECT user_id, channel, why FROM (
  SELECT user_id, '' AS channel, 'account deleted' AS why FROM account WHERE last.1 = 1
  UNION ALL SELECT user_id, given.1, 'no consent' FROM consent WHERE given.2 = 0
  UNION ALL SELECT DISTINCT user_id, channel, 'unsubscribed' FROM ${inputs.contacts.table} WHERE action = 'unsub' AND ${known}
  UNION ALL SELECT user_id, '', 'subscription ended' FROM ${inputs.changes.table}
    WHERE product IN ('', 'base') AND ${known} AND kind IN ('entitlement', 'revocation')
    GROUP BY user_id
    HAVING argMax(kind, (known_at, change_id)) = 'revocation' OR maxIf(end_promised, kind = 'entitlement') <= toDateTime({now:UInt32}, 'UTC')
)`,
    { params, signal },
  )
  const byKey = new Map(objections.map(({ user_id, channel, why }) => [`${user_id}|${channel}`, why]))
  return { objection: (userId, channel) => byKey.get(`${userId}|`) ?? byKey.get(`${userId}|${channel ?? ''}`) }
}

/** Ids of the day's decisions about accounts that were told of an action before. */
async function decisionIds(
  warehouse: QueryEngine,
  userIds: readonly string[],
  day: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const rows = await warehouse.rows<{ user_id: string; decision_id: string }>(
    `SELECT user_id, toString(${decisionIdSql('user_id', '{day:Date}')}) AS decision_id
     FROM (SELECT arrayJoin({users:Array(String)}) AS user_id)`,
    { params: { users: userIds, day }, signal },
  )
  return new Map(rows.map((row) => [row.user_id, row.decision_id]))
}
