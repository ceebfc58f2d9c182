import { OttokError } from '../../config/errors.ts'
import { batchesOf } from './batches.ts'
import type { DeliveryLog } from './delivery-log.ts'
import type { ElementResult } from './import-batch.ts'
import { contentHash, elementOf, type Profile } from './profile.ts'

/** Hands one batch over; one result a profile, in order. */
export type Send = (batch: string, profiles: readonly Profile[]) => Promise<readonly ElementResult[]>

export interface Delivery {
  readonly sent: number
  readonly batches: number
  /** Elements that were refused at first and taken in a later round. */
  readonly retried: number
}

/** Rounds in which refused elements are offered again before they are given up for this time. */
const ROUNDS = 5

/**
 * Delivers profiles in batches. Each batch is written down before it is sent and its answers afterwards, so that whoever
 * goes on after a death sends just what has no good answer. Elements that are refused are offered again, alone.
 *
 * @throws OttokError when elements are refused to the end; the others are delivered and on record
 */
export async function deliver(
  profiles: readonly Profile[],
  how: { readonly log: DeliveryLog; readonly send: Send; readonly name: string; readonly now: Date },
): Promise<Delivery> {
  let open = profiles
  let batches = 0
  let retried = 0
  let complaint = ''
  for (let round = 1; open.length > 0 && round <= ROUNDS; round++) {
    const refused: Profile[] = []
    for (const batch of batchesOf(open, (profile) => elementOf(profile, 'user_id'))) {
      batches++
      const name = `${how.name}-${String(batches).padStart(4, '0')}`
      await how.log.begin(name, batch.map(pendingOf), how.now)
      const results = await how.send(name, batch)
      await how.log.answer(
        batch.map(({ decision_id }, i) => ({ decision_id, error: results[i]!.error })),
        how.now,
      )
      for (const [i, profile] of batch.entries()) {
        const { error } = results[i]!
        if (error === undefined) continue
        refused.push(profile)
        complaint = error
      }
    }
    if (round > 1) retried += open.length - refused.length
    open = refused
  }
  if (open.length > 0) {
    throw new OttokError({
      what: `${open.length} of ${profiles.length} profiles were not taken`,
      cause: `After ${ROUNDS} rounds the answer for ${open[0]!.user_id} is still: ${complaint}.`,
      mend: 'Read `error` in the table deliveries, mend it there, then run `ottok materialize`: the rest is delivered.',
    })
  }
  return { sent: profiles.length, batches, retried }
}

function pendingOf(profile: Profile) {
  const { user_id, decision_id, action, channel, offer, valid_until } = profile
  return { user_id, decision_id, action, channel, offer, valid_until, content_hash: contentHash(profile) }
}
