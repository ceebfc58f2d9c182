/** Remembers each account's latest cancellation, which is made on some page. */
import type { BillingLog } from '../billing-log.ts'

export interface CancelWatch {
  /** A log that passes everything on to the one watched. */
  readonly log: BillingLog
  /** Local moment of the account's latest cancellation, or -Infinity. */
  latest(number: number): number
}

export function watchCancellations(log: BillingLog): CancelWatch {
  const moments = new Map<number, number>()
  return {
    log: {
      ...log,
      cancellation: (account, at, why) => {
        moments.set(account.traits.number, at)
        log.cancellation(account, at, why)
      },
    },
    latest: (number) => moments.get(number) ?? Number.NEGATIVE_INFINITY,
  }
}
