import { utc } from './labels/cases.ts'
import { generator, origin } from './world.ts'

/** Rows as the typed raw tables have them; times are UTC text. */
export interface WebRow {
  readonly hit_id: string
  readonly visit_id: string
  readonly client_id: string
  readonly page: string
  readonly event_time: string
  readonly received_at: string
}
export interface LinkRow {
  readonly client_id: string
  readonly user_id: string
  readonly linked_at: string
  readonly known_at: string
}
export interface AppRow {
  /** The receive day: the serving day of the receipt. */
  readonly day: string
  readonly user_id: string
  readonly session_id: string
  readonly event: string
  readonly event_time: string
  readonly received_at: string
}
export interface TvRow {
  readonly user_id: string
  readonly event: string
  readonly event_time: string
  readonly received_at: string
}
export interface AccountRow {
  readonly change_id: string
  readonly user_id: string
  readonly registered_at: string
  readonly email_verified: number
  readonly phone_verified: number
  readonly changed_at: string
  readonly known_at: string
}
/** A title as the catalogue of a day has it. */
export interface DatedTitleRow {
  readonly day: string
  readonly title_id: string
  readonly release_date: string
  readonly known_at: string
}
export interface BehaviourWorld {
  readonly web: WebRow[]
  readonly links: LinkRow[]
  readonly app: AppRow[]
  readonly tv: TvRow[]
  readonly accounts: AccountRow[]
  readonly catalogues: DatedTitleRow[]
}

const text = 'String'
const time = "DateTime('UTC')"
export const behaviourDdl: Readonly<Record<keyof BehaviourWorld, string>> = {
  web: `hit_id ${text}, visit_id ${text}, client_id ${text}, page LowCardinality(String), event_time ${time}, received_at ${time}`,
  links: `client_id ${text}, user_id ${text}, linked_at ${time}, known_at ${time}`,
  app: `day Date, user_id ${text}, session_id ${text}, event LowCardinality(String), event_time ${time}, received_at ${time}`,
  tv: `user_id ${text}, event LowCardinality(String), event_time ${time}, received_at ${time}`,
  accounts: `change_id ${text}, user_id ${text}, registered_at ${time}, email_verified UInt8, phone_verified UInt8, changed_at ${time}, known_at ${time}`,
  catalogues: `day Date, title_id ${text}, release_date Nullable(Date), known_at ${time}`,
}

/** Number of the first day D with c(D) at or after a moment: Moscow is three hours ahead of UTC, the publish lag six hours. */
export function servingDay(moment: number): number {
  return Math.ceil((moment + (3 - 6) * 3600) / day) - 1
}

export function dayText(number: number): string {
  return new Date(number * day * 1000).toISOString().slice(0, 10)
}

const day = 86_400

/**
 * 120 days of what the users of a small world do. Two accounts share most browsers, links come late or before, some people
 * never log in; rows arrive within minutes or within days, app events also later than is counted or from a fast clock.
 */
export function smallBehaviour(seed: number, users: readonly string[]): BehaviourWorld {
  const random = generator(seed)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const delay = (days: number): number => Math.floor(random() < 0.25 ? random() * days * day : random() * 900)
  const world: BehaviourWorld = { web: [], links: [], app: [], tv: [], accounts: [], catalogues: [] }
  const pages = ['home', 'catalog', 'search', 'title', 'login', 'account', 'cancel', 'price', 'help']
  const acts = ['app_open', 'search', 'title_view', 'play', 'paywall_view', 'help_view', 'cancel_view', 'error']
  users.forEach((user_id, u) => {
    const keenness = random()
    const clients = [`c${Math.floor(u / 2)}`, `c${Math.floor(u / 2)}x${u % 3}`]
    for (let d = 0; d < 120; d++) {
      const at = (): number => origin + d * day + Math.floor(random() * day)
      if (random() < keenness * 0.6) {
        const client_id = pick(clients)
        const begins = at()
        for (let h = 0; h <= random() * 3; h++) {
          const event_time = begins + h * 60
          const names = { hit_id: `${user_id}/${d}/${h}`, visit_id: `${user_id}/${d}`, client_id, page: pick(pages) }
          world.web.push({ ...names, event_time: utc(event_time), received_at: utc(event_time + delay(4)) })
        }
        if (random() < 0.2) {
          const linked = begins + Math.floor(random() * 120)
          world.links.push({ client_id, user_id, linked_at: utc(linked), known_at: utc(linked + delay(5)) })
        }
      }
      if (random() < keenness * 0.5) {
        const begins = at()
        const session = `s${Math.floor(random() * 2)}`
        for (let k = 0; k <= random() * 4; k++) {
          const received = begins + delay(10)
          const skew = random() < 0.05 ? Math.floor((random() - 0.3) * day * 2) : 0
          world.app.push({
            day: dayText(servingDay(received)),
            user_id: random() < 0.1 ? '' : user_id,
            session_id: `${user_id}/${d}/${session}`,
            event: pick(acts),
            event_time: utc(begins + k * 30 + skew),
            received_at: utc(received),
          })
        }
      }
      if (random() < keenness * 0.4) {
        const begins = at()
        const event = pick(['app_start', 'browse', 'search', 'playback_error', 'exit'])
        world.tv.push({ user_id, event, event_time: utc(begins), received_at: utc(begins + delay(2)) })
      }
    }
    // The last users are known to nobody; of the others, changes become known late and out of order.
    if (u >= users.length - 3) return
    const registered = origin - Math.floor(random() * 300 * day)
    for (let c = 0; c < 5; c++) {
      const changed = c === 0 ? registered : Math.max(registered, origin + Math.floor(random() * 100 * day))
      world.accounts.push({
        change_id: `${user_id}/${c}`,
        user_id,
        registered_at: utc(registered),
        email_verified: random() < 0.5 ? 1 : 0,
        phone_verified: random() < 0.5 ? 1 : 0,
        changed_at: utc(changed),
        known_at: utc(changed + Math.floor(random() * (c === 0 ? 0.1 : 15) * day)),
      })
    }
  })
  const titles = Array.from({ length: 40 }, (_, i) => ({
    title_id: `t${i}`,
    release: origin + Math.floor(random() * 160 * day),
    announced: origin + Math.floor(random() * 120 * day),
  }))
  for (let d = 0; d < 120; d++) {
    const today = origin / day + d
    for (const { title_id, release, announced } of titles) {
      if (servingDay(announced) > today) continue
      const release_date = dayText(Math.floor(release / day))
      world.catalogues.push({ day: dayText(today), title_id, release_date, known_at: utc(announced) })
    }
  }
  return world
}
