import { seconds } from '../../../lib/features/labels/reference.ts'
import type { EventRow, TitleRow } from './world.ts'

/** Viewing features of one user at snapshot day `day`, read straight from the events in Moscow (UTC+3, no clock changes). */
export function naiveViewing(events: readonly EventRow[], titles: readonly TitleRow[], day: string): object {
  const dayNumber = (moment: number): number => Math.floor((moment + 3 * 3600) / 86_400)
  const today = Math.floor(Date.parse(day) / 86_400_000)
  const cutoff = (d: number): number => (d + 1) * 86_400 - 3 * 3600 + 6 * 3600
  const known = events
    .filter((event) => seconds(event.received_at) <= cutoff(today))
    .map((event) => ({ ...event, day: dayNumber(seconds(event.event_time)) }))
  const within = (days: number, offset = 0): typeof known =>
    known.filter((event) => event.day <= today - offset && event.day > today - offset - days)
  const total = (rows: typeof known, of: (row: EventRow) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0)
  const watched = (rows: typeof known): number => total(rows, (row) => row.watched_s)
  const count = (rows: typeof known, of: (row: (typeof known)[number]) => string): number => new Set(rows.map(of)).size
  const kindOf = (event: (typeof known)[number]): string => {
    const versions = titles.filter(
      (one) => one.title_id === event.title_id && seconds(one.known_at) <= cutoff(event.day),
    )
    return versions.sort((a, b) => seconds(a.known_at) - seconds(b.known_at)).at(-1)?.kind ?? ''
  }
  const share = (over: number, under: number): number | null => (under === 0 ? null : over / under)
  const month = within(30)
  const active = (rows: typeof known): typeof known => rows.filter((row) => row.watched_s > 0)
  const daily = (days: number): object => ({
    [`watch_seconds_${days}d`]: watched(within(days)),
    [`active_days_${days}d`]: count(active(within(days)), (row) => String(row.day)),
    [`sessions_${days}d`]: count(within(days), (row) => `${row.day}/${row.session_id}`),
  })
  const [recent, before] = [watched(within(14)), watched(within(14, 14))]
  const last = Math.max(...active(within(90)).map((row) => row.day))
  const platforms = ['android', 'ios', 'web', 'tv'].map((code) => ({
    code,
    seconds: watched(month.filter((row) => row.platform === code)),
  }))
  const top = Math.max(...platforms.map((one) => one.seconds))
  const stalled = total(month, (row) => row.stall_ms)
  const finished = month.filter((row) => row.position_s >= row.duration_s * 0.9)
  const sessionsOf = (rows: typeof known): number => count(rows, (row) => `${row.day}/${row.session_id}`)
  const kindShare = (kind: string): number | null =>
    share(watched(month.filter((row) => kindOf(row) === kind)), watched(month))
  return {
    ...daily(7),
    ...daily(30),
    ...daily(90),
    days_since_view: Number.isFinite(last) ? today - last : null,
    watch_ratio_7_30: share(watched(within(7)), watched(month)),
    watch_trend_14d: share(recent - before, recent + before),
    completion_rate_30d: share(sessionsOf(finished), sessionsOf(month)),
    title_days_30d: count(active(month), (row) => `${row.day}/${row.title_id}`),
    stall_share_30d: share(stalled, stalled + watched(month) * 1000),
    kids_share_30d: kindShare('kids'),
    series_share_30d: kindShare('series'),
    platform_main: top === 0 ? '' : platforms.find((one) => one.seconds === top)?.code,
  }
}
