/**
 * The change log of subscriptions: the one table that labels and billing state are made from.
 *
 * One row is one change that became known at `known_at`; rows are only ever appended. A fact has two times: when it
 * holds or took place (`start`, `activated_at`, `at`) and when we came to know it (`known_at`).
 *
 * - `entitlement`: a period of access was granted. A later row with the same `entitlement_id` corrects the earlier one:
 *   of those known by a cut-off the last one stands (by `known_at`, then `change_id`).
 * - `revocation`: entitlement `entitlement_id` of that user ended at `at`; `why` is refund, chargeback, terminated or
 *   deleted. The earliest known one counts.
 * - `replacement`: entitlement `entitlement_id` ended at `at` because another plan took its place.
 * - `auto_renew`: the switch was turned on (`value` 1) or off (0) at `at`.
 * - `cancellation`: the user asked at `at` not to renew; `why` is the reason given.
 * - `payment`: a charge was tried at `at`; `value` 1 = it succeeded, 0 = it failed and `why` says with what.
 * - `access`: access without entitlement in [`at`, `until`); `why` is dunning, store_grace or family.
 *
 * Date-only ends ("expires X") are moments here: 00:00 of X+1 in the service's zone. Source readers convert them.
 */

/** Kinds of change. */
export const changeKinds = [
  'entitlement',
  'revocation',
  'replacement',
  'auto_renew',
  'cancellation',
  'payment',
  'access',
] as const
export type ChangeKind = (typeof changeKinds)[number]

/** Phases of an entitlement. */
export const phases = ['trial', 'intro', 'paid', 'promo', 'gift', 'partner', 'pause'] as const
export type Phase = (typeof phases)[number]

/** A column of a table: its name, its ClickHouse type and what it means. */
export interface LogColumn {
  readonly name: string
  readonly type: string
  readonly meaning: string
}

/** Columns of the change log in their order. All moments are UTC seconds, all money is kopecks. */
export const changeLogColumns = [
  { name: 'change_id', type: 'String', meaning: 'unique id of the change; a redelivered row repeats it' },
  { name: 'user_id', type: 'String', meaning: 'the paying account' },
  { name: 'kind', type: 'LowCardinality(String)', meaning: 'one of changeKinds' },
  { name: 'entitlement_id', type: 'String', meaning: 'entitlement, revocation, replacement: which one; else empty' },
  {
    name: 'product',
    type: 'LowCardinality(String)',
    meaning: "entitlement: 'base' or an add-on (only base counts); else empty",
  },
  { name: 'phase', type: 'LowCardinality(String)', meaning: 'entitlement: one of phases; else empty' },
  { name: 'start', type: "Nullable(DateTime('UTC'))", meaning: 'entitlement: first moment of the period; else null' },
  {
    name: 'end_promised',
    type: "Nullable(DateTime('UTC'))",
    meaning: 'entitlement: first moment after the promised period; else null',
  },
  {
    name: 'activated_at',
    type: "Nullable(DateTime('UTC'))",
    meaning: 'entitlement: moment of the successful charge or grant; else null',
  },
  {
    name: 'at',
    type: "DateTime('UTC')",
    meaning: 'moment of the change itself: start of an entitlement or access, else when it took place',
  },
  { name: 'until', type: "Nullable(DateTime('UTC'))", meaning: 'access: first moment without it; else null' },
  { name: 'value', type: 'UInt8', meaning: 'auto_renew: on or off; payment: succeeded or failed; else 0' },
  {
    name: 'why',
    type: 'LowCardinality(String)',
    meaning: 'reason of a revocation, cancellation, failed payment or access; else empty',
  },
  { name: 'charge_kopecks', type: 'Int64', meaning: 'entitlement: what was charged for it; payment: the sum; else 0' },
  { name: 'list_kopecks', type: 'Int64', meaning: 'entitlement: the full price of that plan; else 0' },
  { name: 'plan_code', type: 'LowCardinality(String)', meaning: 'entitlement: its plan; else empty' },
  { name: 'plan_days', type: 'UInt16', meaning: 'entitlement: nominal length of the plan in days; else 0' },
  {
    name: 'channel',
    type: 'LowCardinality(String)',
    meaning: 'entitlement, payment: who takes the money (card, app_store, google_play, operator ...); else empty',
  },
  { name: 'known_at', type: "DateTime('UTC')", meaning: 'when the change reached us' },
] as const satisfies readonly LogColumn[]

/** A row of the change log as JSON: moments are 'YYYY-MM-DD hh:mm:ss' in UTC. */
export interface ChangeRow {
  readonly change_id: string
  readonly user_id: string
  readonly kind: ChangeKind
  readonly entitlement_id: string
  readonly product: string
  readonly phase: Phase | ''
  readonly start: string | null
  readonly end_promised: string | null
  readonly activated_at: string | null
  readonly at: string
  readonly until: string | null
  readonly value: 0 | 1
  readonly why: string
  readonly charge_kopecks: number
  readonly list_kopecks: number
  readonly plan_code: string
  readonly plan_days: number
  readonly channel: string
  readonly known_at: string
}

/** The column list of a CREATE TABLE over the change log. */
export function changeLogDdl(): string {
  return changeLogColumns.map((column) => `${column.name} ${column.type}`).join(',\n  ')
}
