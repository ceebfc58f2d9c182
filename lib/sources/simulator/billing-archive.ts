/** Billing's change log as it reaches the archive: in the serving day in which each change became known. */
import type { Account } from './account.ts'
import type { ArchiveWriter } from './archive.ts'
import type { BillingLog, Grant } from './billing-log.ts'
import { DAY, type WorldCalendar } from './calendar.ts'
import type { DirtLedger } from './dirt-ledger.ts'
import type { Channel, Parameters } from './parameters.ts'
import { Random, STREAM } from './random.ts'
import type { SubscriptionRow, subscriptionShape } from './shapes.ts'
import { sourceFaults } from './source-faults.ts'

const HOUR_MS = 3_600_000
const ADDON_KOPECKS = 19_900

/**
 * A log that writes change rows. The history of the initial base becomes known on the world's first serving day, when
 * the log is first loaded; everything else some minutes after it took place, from stores now and then a day later, from
 * operators the next morning.
 */
export function createBillingArchive(options: {
  readonly writer: Pick<ArchiveWriter<typeof subscriptionShape>, 'add'>
  readonly calendar: WorldCalendar
  readonly parameters: Parameters
  readonly seed: number
  readonly dirt: DirtLedger
}): BillingLog {
  const { writer, calendar, parameters, dirt } = options
  const random = new Random(options.seed)
  const { delayMs } = sourceFaults(parameters.faults, calendar.days)
  const changes = new Map<number, number>()
  const loadedAt = calendar.servingCutoff(-1) + HOUR_MS
  const write = (
    account: Account,
    at: number,
    happenedAt: number,
    fields: Partial<SubscriptionRow> & { kind: string },
  ): void => {
    const { number, userId, channel } = account.traits
    const nth = (changes.get(number) ?? 0) + 1
    changes.set(number, nth)
    random.at(STREAM.logging, number, nth)
    const happened = calendar.utc(happenedAt + billingLag(channel, random))
    const known = Math.max(loadedAt, happened + delayMs('subscriptions', Math.floor(happenedAt / DAY)))
    // Written out, column by column: spreading defaults over every row took longer than living the account's day.
    const row: SubscriptionRow = {
      change_id: `${userId}-${nth}`,
      user_id: userId,
      kind: fields.kind,
      entitlement_id: fields.entitlement_id ?? '',
      product: fields.product ?? '',
      phase: fields.phase ?? '',
      start: fields.start ?? null,
      end_promised: fields.end_promised ?? null,
      activated_at: fields.activated_at ?? null,
      at: calendar.utc(at),
      until: fields.until ?? null,
      value: fields.value ?? 0,
      why: fields.why ?? '',
      charge_kopecks: fields.charge_kopecks ?? 0,
      list_kopecks: fields.list_kopecks ?? 0,
      plan_code: fields.plan_code ?? '',
      plan_days: fields.plan_days ?? 0,
      channel: fields.channel ?? '',
      known_at: known,
    }
    deliver(row, known)
  }
  /** The row, and now and then once more before the serving day is over; a broken attempt may come before it. */
  const deliver = (row: SubscriptionRow, known: number): void => {
    const day = calendar.servingDayAt(known)
    const period = row.kind === 'entitlement'
    if (random.chance(parameters.dirt.malformedShare)) {
      writer.add(day, { ...row, user_id: '' }, known)
      dirt.count('subscriptions', day, 'malformed')
    }
    if (period && random.chance(parameters.dirt.endBeforeStartShare)) {
      writer.add(day, { ...row, end_promised: (row.start as number) - DAY * 1000 }, known)
      dirt.count('subscriptions', day, 'malformed')
    }
    const sent = period && random.chance(parameters.dirt.noPlanDaysShare) ? { ...row, plan_days: 0 } : row
    writer.add(day, sent, known)
    dirt.count('subscriptions', day, 'clean')
    const left = calendar.servingCutoff(day) - known
    if (left < 1 || !random.chance(parameters.dirt.duplicateShare)) return
    const again = known + 1 + random.integer(Math.min(left, 4 * HOUR_MS))
    writer.add(day, { ...sent, known_at: again }, again)
    dirt.count('subscriptions', day, 'duplicate')
  }
  const entitlementId = (account: Account): string => `${account.traits.userId}-e${account.entitlements}`

  const entitlement = (account: Account, period: Grant): void => {
    const times = {
      start: calendar.utc(period.start),
      end_promised: calendar.utc(period.end),
      activated_at: calendar.utc(period.activatedAt),
    }
    const plan = { plan_code: period.plan.code, plan_days: period.plan.days, channel: account.traits.channel }
    const base = { kind: 'entitlement', entitlement_id: entitlementId(account), ...times, ...plan }
    write(account, period.start, period.activatedAt, {
      ...base,
      product: 'base',
      phase: period.phase,
      charge_kopecks: period.chargeKopecks,
      list_kopecks: period.plan.listKopecks,
    })
    if (!account.traits.addon || period.phase !== 'paid') return
    write(account, period.start, period.activatedAt, {
      ...base,
      entitlement_id: `${base.entitlement_id}a`,
      product: 'sport',
      phase: 'paid',
      charge_kopecks: ADDON_KOPECKS,
      list_kopecks: ADDON_KOPECKS,
    })
  }
  return {
    entitlement,
    revocation: (account, at, why) =>
      write(account, at, at, { kind: 'revocation', entitlement_id: entitlementId(account), why }),
    replacement: (account, at) =>
      write(account, at, at, { kind: 'replacement', entitlement_id: entitlementId(account) }),
    autoRenew: (account, at, on) => write(account, at, at, { kind: 'auto_renew', value: on ? 1 : 0 }),
    cancellation: (account, at, why) => write(account, at, at, { kind: 'cancellation', why }),
    payment: (account, at, succeeded, why, kopecks) =>
      write(account, at, at, {
        kind: 'payment',
        value: succeeded ? 1 : 0,
        why,
        charge_kopecks: kopecks,
        channel: account.traits.channel,
      }),
    access: (account, at, until, why) => write(account, at, at, { kind: 'access', until: calendar.utc(until), why }),
  }
}

/** Seconds until a change is known. */
function billingLag(channel: Channel, random: Random): number {
  const minutes = 20 + random.integer(580)
  if (channel === 'card') return minutes
  if (channel === 'operator') return minutes + 6 * 3600 + random.integer(DAY)
  return random.chance(0.08) ? minutes + random.integer(30 * 3600) : minutes
}
