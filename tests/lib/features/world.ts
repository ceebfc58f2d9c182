import type { ChangeRow } from '../../../lib/features/labels/change-log.ts'
import { change, utc } from './labels/cases.ts'

/** A typed player event as the tests load it. */
export interface EventRow {
  readonly user_id: string
  readonly session_id: string
  readonly title_id: string
  readonly platform: string
  readonly event: string
  readonly position_s: number
  readonly watched_s: number
  readonly duration_s: number
  readonly stall_ms: number
  readonly event_time: string
  readonly received_at: string
}

export interface TitleRow {
  readonly title_id: string
  readonly kind: string
  readonly known_at: string
}

export const eventsDdl = `user_id String, session_id String, title_id String, platform LowCardinality(String), event LowCardinality(String),
  position_s Int64, watched_s Int64, duration_s Int64, stall_ms Int64, event_time DateTime('UTC'), received_at DateTime('UTC')`
export const catalogueDdl = `title_id String, kind LowCardinality(String), known_at DateTime('UTC')`

/** First second of the small worlds. */
export const origin = Date.UTC(2026, 0, 1) / 1000
const day = 86_400

/** A seeded generator of numbers in [0, 1) (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}

/** 120 days of a few users: sessions of several messages, some of which arrive days late, and some hold others' titles. */
export function smallWorld(
  seed: number,
  users: number,
): { events: EventRow[]; titles: TitleRow[]; changes: ChangeRow[] } {
  const random = generator(seed)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const titles = Array.from({ length: 12 }, (_, i) => ({
    title_id: `t${i}`,
    kind: pick(['film', 'series', 'kids']),
    known_at: utc(origin + Math.floor((random() * 80 - 20) * day)),
  }))
  // A title that changes its kind: the catalogue's history must decide.
  titles.push({ title_id: 't0', kind: 'kids', known_at: utc(origin + 60 * day) })
  const events: EventRow[] = []
  const changes: ChangeRow[] = []
  for (let u = 0; u < users; u++) {
    const user_id = `u${String(u).padStart(3, '0')}`
    const start = origin + Math.floor(random() * 40 * day)
    for (let k = 0; k < 4; k++) {
      const from = utc(start + k * 30 * day)
      changes.push(
        change({
          change_id: `${user_id}/${k}`,
          user_id,
          kind: 'entitlement',
          entitlement_id: `e${k}`,
          product: 'base',
          phase: k === 0 ? 'trial' : 'paid',
          start: from,
          activated_at: from,
          end_promised: utc(start + (k + 1) * 30 * day),
          at: from,
          known_at: utc(start + k * 30 * day + 300),
          charge_kopecks: k === 0 ? 0 : 39_900,
          list_kopecks: 39_900,
          plan_code: k === 0 ? 'trial' : 'monthly',
          plan_days: 30,
          channel: pick(['card', 'app_store']),
        }),
      )
    }
    const keenness = random()
    for (let d = 0; d < 120; d++) {
      if (random() > keenness) continue
      const begins = origin + d * day + Math.floor(random() * day)
      const lag = random() < 0.15 ? random() * 6 * day : random() * 600
      const [title_id, platform] = [pick(titles).title_id, pick(['android', 'ios', 'web', 'tv'])]
      const messages = 1 + Math.floor(random() * 4)
      for (let m = 0; m < messages; m++) {
        const at = begins + m * 1200
        events.push({
          user_id,
          session_id: `${user_id}/${d}`,
          title_id,
          platform,
          event: m === 0 ? 'start' : 'heartbeat',
          position_s: m * 1200,
          watched_s: m === 0 ? 0 : 1200,
          duration_s: 3600,
          stall_ms: Math.floor(random() * 5000),
          event_time: utc(at),
          received_at: utc(at + Math.floor(lag * (random() < 0.3 ? random() : 1))),
        })
      }
    }
  }
  return { events, titles, changes }
}
