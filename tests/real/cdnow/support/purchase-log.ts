import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

export const LOG_NAME = 'CDNOW_master.txt.gz'

/** Folder with the log: `CDNOW_DIR`, else beside the repository. */
export const folder = resolve(process.env.CDNOW_DIR ?? join(import.meta.dirname, '../../../../../shared/data/cdnow'))
export const logIsThere = existsSync(join(folder, LOG_NAME))

/** One purchase, as the log has it. */
export interface Purchase {
  readonly customer: string
  /** `YYYYMMDD`. */
  readonly date: string
  readonly cds: number
  readonly cents: number
}

/** Lines of the log, the header first. */
export function readLines(): string[] {
  return gunzipSync(readFileSync(join(folder, LOG_NAME)))
    .toString('latin1')
    .trimEnd()
    .split('\r\n')
}

export function parse(lines: readonly string[]): Purchase[] {
  return lines.slice(1).map((line) => {
    const [customer, date, cds, dollars] = line.trim().split(/ +/) as [string, string, string, string]
    return { customer, date, cds: Number(cds), cents: Math.round(Number(dollars) * 100) }
  })
}

/** A log of these lines, packed as CDNOW's is. */
export function packed(lines: readonly string[]): Buffer {
  return gzipSync(`${lines.join('\r\n')}\r\n`)
}

/** What is known of a customer at the end of a day, reckoned purchase by purchase. */
export interface Known {
  readonly recencyDays: number
  readonly tenureDays: number
  readonly ordersEver: number
  readonly orders3m: number
  readonly cents6m: number
  /** Whether no purchase follows in the 6 months after. */
  readonly lost: boolean
}

/** Everybody who had bought by the last day of a month (`YYYY-MM-DD`), with what was known, and what came after. */
export function knownAt(purchases: readonly Purchase[], lastDay: string): Map<string, Known> {
  const end = text(lastDay)
  const byCustomer = new Map<string, Purchase[]>()
  for (const purchase of purchases) {
    const own = byCustomer.get(purchase.customer)
    if (own) own.push(purchase)
    else byCustomer.set(purchase.customer, [purchase])
  }
  const known = new Map<string, Known>()
  for (const [customer, own] of byCustomer) {
    const before = own.filter(({ date }) => date <= end)
    if (before.length === 0) continue
    const dates = before.map(({ date }) => date).sort()
    known.set(customer, {
      recencyDays: daysBetween(dates.at(-1)!, end),
      tenureDays: daysBetween(dates[0]!, end),
      ordersEver: before.length,
      orders3m: before.filter(({ date }) => date > text(monthEnd(lastDay, -3))).length,
      cents6m: before.filter(({ date }) => date > text(monthEnd(lastDay, -6))).reduce((sum, p) => sum + p.cents, 0),
      lost: !own.some(({ date }) => date > end && date <= text(monthEnd(lastDay, 6))),
    })
  }
  return known
}

/** Last day of the month that lies `months` after that of `day`. */
function monthEnd(day: string, months: number): string {
  const [year, month] = day.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, month + months, 0)).toISOString().slice(0, 10)
}

function daysBetween(from: string, to: string): number {
  const time = (date: string) => Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)))
  return (time(to) - time(from)) / 86_400_000
}

function text(day: string): string {
  return day.replaceAll('-', '')
}
