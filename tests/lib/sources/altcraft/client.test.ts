import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OttokError } from '../../../../lib/config/errors.ts'
import {
  BATCH_BYTES,
  batchesOf,
  chooseDeliveries,
  contentHash,
  decodeProfiles,
  encodeProfiles,
  importBatch,
  type Patience,
  type Profile,
} from '../../../../lib/sources/altcraft/index.ts'
import { type AltcraftStandIn, startAltcraft } from '../../../standins/altcraft.ts'

const quick: Patience = { attempts: 4, firstWaitMs: 1, longestMs: 4, timeoutMs: 5_000 }
const profile = (n: number, more: Partial<Profile> = {}): Profile => ({
  user_id: `u${n}`,
  decision_id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  action: 'discount',
  offer: 'discount_20',
  channel: 'email',
  risk_band: 'high',
  churn_percent: 41,
  reason_ru: 'Не смотрел ничего уже 12 дней',
  valid_until: '2026-03-10T03:00:00.000Z',
  ...more,
})

let altcraft: AltcraftStandIn
const connection = () => ({ url: altcraft.url, token: altcraft.token, databaseId: 7, userField: 'user_id' })
beforeEach(async () => {
  altcraft = await startAltcraft()
})
afterEach(() => altcraft.stop())

describe('profiles/import_batch', () => {
  it('upserts profiles, one result an element', async () => {
    const results = await importBatch(connection(), [profile(1), profile(2)], { patience: quick })
    expect(results).toEqual([{ error: undefined }, { error: undefined }])
    expect(altcraft.profiles.get('u2')!.fields).toMatchObject({ ottok_offer: 'discount_20', ottok_churn_percent: 41 })
  })

  it('reads an error that comes under HTTP 200, and says what to check without the token', async () => {
    altcraft.mischief.error = { error: 403, error_text: 'No access' }
    const refused = await importBatch(connection(), [profile(1)], { patience: quick }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OttokError)
    expect(String((refused as OttokError).message)).toContain('error 403')
    expect(JSON.stringify(refused) + String(refused)).not.toContain(altcraft.token)
    // A refusal does not pass by itself: it is asked once.
    expect(altcraft.calls).toHaveLength(1)
  })

  it('takes a wrong token for a refusal', async () => {
    await expect(importBatch({ ...connection(), token: 'other' }, [profile(1)], { patience: quick })).rejects.toThrow(
      /error 401/,
    )
  })

  it.each([
    ['HTTP 429', { tooManyEvery: 2 }],
    ['a connection cut before the batch is applied', { cutBeforeEvery: 2 }],
    ['a connection cut after the batch was applied', { cutAfterEvery: 2 }],
  ])('tries again after %s, and changes every profile once', async (_, mischief) => {
    await importBatch(connection(), [profile(0)], { patience: quick })
    Object.assign(altcraft.mischief, mischief)
    await importBatch(connection(), [profile(1), profile(2)], { patience: quick })
    expect(altcraft.calls.length).toBe(3)
    expect([...altcraft.profiles.values()].map(({ changes }) => changes)).toEqual([1, 1, 1])
  })

  it('gives up after its attempts, naming the host', async () => {
    altcraft.mischief.tooManyEvery = 1
    await expect(importBatch(connection(), [profile(1)], { patience: quick })).rejects.toThrow(
      /did not answer profiles\/import_batch at 127\.0\.0\.1/,
    )
    expect(altcraft.calls).toHaveLength(quick.attempts)
  })

  it('waits no longer than its time limit for an answer', async () => {
    altcraft.mischief.slowMs = 300
    const impatient = { ...quick, attempts: 2, timeoutMs: 40 }
    await expect(importBatch(connection(), [profile(1)], { patience: impatient })).rejects.toThrow(/no answer in 40 ms/)
  })

  it('stops at once when it is told to', async () => {
    altcraft.mischief.slowMs = 5_000
    const stop = new AbortController()
    const call = importBatch(connection(), [profile(1)], { patience: quick, signal: stop.signal })
    await altcraft.nextCall()
    stop.abort()
    await expect(call).rejects.toThrow(/abort/i)
    expect(altcraft.calls).toHaveLength(1)
  })
})

describe('batches', () => {
  it('hold at most 10,000 profiles and 10 MB, in order', () => {
    const many = Array.from({ length: 25_001 }, (_, n) => n)
    expect(batchesOf(many, (n) => n).map((batch) => batch.length)).toEqual([10_000, 10_000, 5_001])
    const large = Array.from({ length: 25 }, (_, n) => 'я'.repeat(500_000) + n)
    const batches = batchesOf(large, (text) => text)
    expect(batches.flat()).toEqual(large)
    for (const batch of batches) expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(BATCH_BYTES)
  })
})

describe('what is to be sent', () => {
  const now = new Date('2026-03-05T04:00:00Z')
  const options = {
    now,
    withdrawalId: (user: string) => `00000000-0000-4000-9000-00000000000${user.slice(1)}`,
    validUntil: '2026-04-04T04:00:00.000Z',
  }
  const free = { objection: () => undefined }
  const told = (one: Profile) => ({
    user_id: one.user_id,
    decision_id: one.decision_id,
    content_hash: contentHash(one),
    action: one.action,
    valid_until: new Date(one.valid_until),
  })
  const tellings = (...profiles: Profile[]) => new Map(profiles.map((one) => [one.user_id, told(one)]))

  it('is what says something new; another day and decision alone are nothing new', () => {
    const today = [profile(1, { decision_id: profile(9).decision_id }), profile(2, { churn_percent: 55 }), profile(3)]
    const choice = chooseDeliveries(today, tellings(profile(1), profile(2)), free, options)
    expect(choice.send.map((one) => one.user_id)).toEqual(['u2', 'u3'])
    expect(choice.unchanged).toBe(1)
  })

  it('is also what would run out within a day', () => {
    const old = profile(1, { valid_until: '2026-03-05T20:00:00.000Z' })
    expect(chooseDeliveries([profile(1)], tellings(old), free, options).send).toEqual([profile(1)])
  })

  it('is never what has run out, or what consent and subscription do not allow now', () => {
    const standing = { objection: (user: string) => (user === 'u2' ? ('no consent' as const) : undefined) }
    const expired = profile(1, { valid_until: '2026-03-05T03:59:59.000Z' })
    const choice = chooseDeliveries([expired, profile(2)], new Map(), standing, options)
    expect(choice).toMatchObject({ send: [], heldBack: { expired: 1, 'no consent': 1 } })
  })

  it('takes back an earlier action that is not in force any more, once', () => {
    const choice = chooseDeliveries([], tellings(profile(1)), free, options)
    expect(choice.send).toMatchObject([{ user_id: 'u1', action: 'none', offer: null, valid_until: options.validUntil }])
    expect(chooseDeliveries([], tellings(choice.send[0]!), free, options).send).toEqual([])
  })

  it('takes back an earlier action when consent was withdrawn since', () => {
    const standing = { objection: () => 'no consent' as const }
    const choice = chooseDeliveries([profile(1)], tellings(profile(1)), standing, options)
    expect(choice).toMatchObject({ withdrawn: 1, heldBack: { 'no consent': 1 } })
    expect(choice.send).toMatchObject([{ action: 'none' }])
  })

  it('survives being written down and read', () => {
    expect(decodeProfiles(encodeProfiles([profile(1), profile(2)]))).toEqual([profile(1), profile(2)])
  })
})
