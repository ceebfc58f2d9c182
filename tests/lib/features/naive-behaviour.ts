import { seconds } from '../../../lib/features/labels/reference.ts'
import { type BehaviourWorld, servingDay } from './behaviour-world.ts'
import type { EventRow } from './world.ts'

/** Something that an account did: on which Moscow day, known from which serving day on. */
interface Deed {
  readonly user: string
  readonly day: number
  readonly known: number
  readonly source: 'web' | 'app' | 'tv'
  readonly session: string
  readonly what: string
}

const moscowDay = (time: string): number => Math.floor((seconds(time) + 3 * 3600) / 86_400)

/** All deeds of the world, read row by row. */
export function naiveDeeds({ web, links, app, tv }: BehaviourWorld): Deed[] {
  const deeds: Deed[] = []
  for (const hit of web) {
    let best: { known: number; linked: number; user: string } | undefined
    for (const link of links) {
      if (link.client_id !== hit.client_id || seconds(link.linked_at) > seconds(hit.event_time)) continue
      const known = Math.max(servingDay(seconds(hit.received_at)), servingDay(seconds(link.known_at)))
      const linked = seconds(link.linked_at)
      if (!best || known < best.known || (known === best.known && linked > best.linked)) {
        best = { known, linked, user: link.user_id }
      }
    }
    if (!best) continue
    const { user, known } = best
    const what = ['search', 'cancel', 'help', 'price'].includes(hit.page) ? hit.page : 'other'
    deeds.push({ user, day: moscowDay(hit.event_time), known, source: 'web', session: hit.visit_id, what })
  }
  for (const event of app) {
    const [day, known] = [moscowDay(event.event_time), servingDay(seconds(event.received_at))]
    if (event.user_id === '' || known < day - 1) continue
    const what = event.event.replace('_view', '').replace('paywall', 'price').replace('app_open', 'start')
    deeds.push({ user: event.user_id, day, known, source: 'app', session: event.session_id, what })
  }
  for (const event of tv) {
    const what = event.event.replace('playback_', '').replace('app_', '')
    const [day, known] = [moscowDay(event.event_time), servingDay(seconds(event.received_at))]
    deeds.push({ user: event.user_id, day, known, source: 'tv', session: '', what })
  }
  return deeds.filter((deed) => deed.known - deed.day <= 7)
}

/** Behaviour features of one user at snapshot day `day`. `deeds` and `viewing` are the user's own. */
export function naiveBehaviour(deeds: readonly Deed[], viewing: readonly EventRow[], day: string): object {
  const today = Math.floor(Date.parse(day) / 86_400_000)
  const known = deeds.filter((deed) => Math.max(deed.known, deed.day) <= today)
  const within = (days: number, keep: (deed: Deed) => boolean, offset = 0): Deed[] =>
    known.filter((deed) => deed.day <= today - offset && deed.day > today - offset - days && keep(deed))
  const count = (rows: readonly Deed[], of: (deed: Deed) => string): number => new Set(rows.map(of)).size
  const app = (days: number, offset = 0): number =>
    count(
      within(days, (deed) => deed.source === 'app', offset),
      (deed) => `${deed.day}/${deed.session}`,
    )
  const did = (days: number, what: string): number => within(days, (deed) => deed.what === what).length
  const [recent, before] = [app(14), app(14, 14)]
  const watched = viewing.filter((event) => servingDay(seconds(event.received_at)) <= today)
  const seen = [...known.map((deed) => deed.day), ...watched.map((event) => moscowDay(event.event_time))]
  const last = Math.max(...seen.filter((one) => one <= today && one > today - 90))
  return {
    web_days_30d: count(
      within(30, (deed) => deed.source === 'web'),
      (deed) => String(deed.day),
    ),
    app_sessions_7d: app(7),
    app_sessions_30d: app(30),
    app_trend_14d: recent + before === 0 ? null : (recent - before) / (recent + before),
    tv_starts_30d: within(30, (deed) => deed.source === 'tv' && deed.what === 'start').length,
    searches_30d: did(30, 'search'),
    cancel_views_14d: did(14, 'cancel'),
    help_views_30d: did(30, 'help'),
    price_views_30d: did(30, 'price'),
    playback_errors_30d: did(30, 'error'),
    days_since_seen: Number.isFinite(last) ? today - last : null,
  }
}

/** Account features of one user: the latest change that took place by t(D) among those known at c(D). */
export function naiveAccount({ accounts }: BehaviourWorld, user: string, day: string): object {
  const cutoff = Date.parse(day) / 1000 + 86_400 - 3 * 3600
  const known = accounts.filter(
    (row) => row.user_id === user && seconds(row.changed_at) < cutoff && seconds(row.known_at) <= cutoff + 6 * 3600,
  )
  const state = known.sort((a, b) => seconds(a.changed_at) - seconds(b.changed_at)).at(-1)
  if (!state) return { email_verified: null, phone_verified: null, days_since_registration: null }
  const { email_verified, phone_verified } = state
  const days_since_registration = Math.floor((cutoff - seconds(state.registered_at)) / 86_400)
  return { email_verified, phone_verified, days_since_registration }
}

/** Calendar features of a day of spring 2026. */
export function naiveCalendar({ catalogues }: BehaviourWorld, day: string): object {
  const end = new Date(Date.parse(day) + 32 * 86_400_000).toISOString().slice(0, 10)
  const ahead = (date: string): boolean => date > day && date <= end
  const holidays = ['2026-02-23', '2026-03-08', '2026-05-01', '2026-05-09', '2026-06-12']
  return {
    premieres_next_32d: catalogues.filter((title) => title.day === day && ahead(title.release_date)).length,
    holidays_next_32d: holidays.filter(ahead).length,
  }
}
