/** What changes in a world at a moment of its life: turns of the service itself, and faults of what sources send. */
import type { SourceName } from './shapes.ts'

/** Days before the end of the world, so that a turn means the same in worlds of every length: 60 = the last 60 days. */
interface Begins {
  readonly lastDays: number
}

/** Turns that accounts live with. */
export type Turn = Begins &
  (
    | {
        readonly kind: 'price_rise'
        readonly factor: number /** Added to the log of every will to leave. */
        readonly leaving: number
      }
    | { readonly kind: 'payment_outage'; readonly days: number }
    | { readonly kind: 'trial_length'; readonly trialDays: number }
    /** Somebody else offers more: no account behaves otherwise before it leaves. */
    | { readonly kind: 'competitor'; readonly leaving: number }
    /** Those who favour series lose `fit` at once. */
    | { readonly kind: 'series_end'; readonly fit: number }
    | { readonly kind: 'summer_like'; readonly viewing: number }
    /** The marketing system contacts those at risk `factor` times as often. */
    | { readonly kind: 'biased_campaign'; readonly factor: number }
    /** Trials opened by one hand, `perJoining` for each honest newcomer. */
    | { readonly kind: 'trial_farm'; readonly perJoining: number }
  )

/**
 * Faults of what reaches the archive, read where a source's rows are written; accounts live on as ever. A fault concerns
 * rows that happened on a day d with `calendar.days - d <= lastDays`.
 * - `stops`: the source sends no row
 * - `milliseconds`: the player's `watched_s` is in milliseconds
 * - `device_class`: of TV devices the share `share`, by hash of the device, calls itself `name`
 * - `tracking_bug`: on `platform` the player sends a session's start and never its stop nor heartbeats
 * - `identity`: of web logins the share `share` carries another account's id
 * - `late`: rows reach the archive `days` days later than they would
 */
export type Fault = Begins &
  (
    | { readonly kind: 'stops'; readonly source: SourceName }
    | { readonly kind: 'milliseconds' }
    | { readonly kind: 'device_class'; readonly name: string; readonly share: number }
    | { readonly kind: 'tracking_bug'; readonly platform: 'tv' | 'android' | 'ios' | 'web' }
    | { readonly kind: 'identity'; readonly share: number }
    | { readonly kind: 'late'; readonly source: SourceName; readonly days: number }
  )

/** The fault of a kind that is in force for rows of `day`, of a world of `days` days; undefined where there is none. */
export function faultOn<K extends Fault['kind']>(
  faults: readonly Fault[],
  kind: K,
  day: number,
  days: number,
): Extract<Fault, { kind: K }> | undefined {
  return faults.find(
    (fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind && days - day <= fault.lastDays,
  )
}
