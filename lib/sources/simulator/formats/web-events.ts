/**
 * Hits of Yandex.Metrica's Logs API, by event day, as our pull of every morning finds them.
 *
 * Typing must refuse rows with too few fields, without a client, or with a time that is none or of another day.
 */
import type { WebHit, WebPage, WebVisit } from '../behaviour/messages.ts'
import { DAY } from '../calendar.ts'
import { Random, STREAM } from '../random.ts'
import { sourceFaults } from '../source-faults.ts'
import { faultOn } from '../turns.ts'
import { localText, utcText } from './clock-text.ts'
import type { LineWriter, StreamOptions } from './delivery.ts'

const COUNTER = 48213570
const SITE = 'https://video.example'
/** Mornings after the visit's end on which the pull finds it: sessions close late. */
const SEEN_AFTER = [0.9, 0.07, 0.02, 0.01]

interface Browser {
  readonly client: string
  /** ym:pv:deviceCategory: 1 = computer, 2 = phone. */
  readonly category: 1 | 2
  readonly system: string
}

const TITLES: Readonly<Record<WebPage, string>> = {
  home: 'Films and series online',
  catalog: 'Catalogue',
  search: 'Search',
  title: 'About the title',
  watch: 'Watch',
  login: 'Sign in',
  account: 'My account',
  cancel: 'Cancel the subscription',
  price: 'Plans and prices',
  help: 'Help',
}
const GOALS: Partial<Record<WebPage, string>> = { login: '[1]', cancel: '[2]', watch: '[3]' }

/** A sink that writes the hits of a visit; all come with the same pull. */
export function createWebEvents(options: StreamOptions<LineWriter>): (visit: WebVisit) => void {
  const { writer, calendar, parameters, dirt } = options
  const { delayMs } = sourceFaults(parameters.faults, calendar.days)
  const random = new Random(options.seed)
  const browsers = new Random(options.seed)
  const pulls = new Map<number, number>()
  /** When the pull of a morning looked, ms UTC. */
  const pullOf = (day: number): number => {
    let at = pulls.get(day)
    if (at === undefined) {
      at = calendar.midnight(day) + 4 * 3_600_000 + 1000 * browsers.at(STREAM.delivery, -1, day).integer(2400)
      pulls.set(day, at)
    }
    return at
  }

  const browserOf = (visit: WebVisit): Browser => {
    const { web } = parameters.behaviour
    const key = visit.owner * 2 + visit.browser
    browsers.at(STREAM.cookie, key, -1)
    const lifetime = web.cookieDays + browsers.integer(web.cookieSpread)
    const age = browsers.integer(lifetime)
    const category = browsers.chance(0.55) ? 1 : 2
    const systems = category === 1 ? ['windows', 'macos'] : ['android', 'ios']
    const system = systems[browsers.chance(0.7) ? 0 : 1] as string
    const cookie = Math.floor((visit.day + age) / lifetime)
    const madeAt = calendar.midnight(0) / 1000 + (cookie * lifetime - age) * DAY
    const tail = browsers.at(STREAM.cookie, key, cookie).integer(1_000_000_000)
    return { client: `${Math.floor(madeAt)}${String(tail).padStart(9, '0')}`, category, system }
  }

  return (visit) => {
    const { account, day: began, nth, hits } = visit
    const { number, userId } = account.traits
    random.at(STREAM.delivery, number, began * 32 + nth)
    const browser = browserOf(visit)
    const last = calendar.dayAt(calendar.utc((hits[hits.length - 1] as WebHit).at))
    const seenOn = last + 1 + random.weighted(SEEN_AFTER)
    const late = delayMs('web_events', last)
    const received = pullOf(seenOn) + late
    const mixUp = faultOn(parameters.faults, 'identity', last, calendar.days)
    const claimed = mixUp !== undefined && random.chance(mixUp.share) ? stranger(number, random) : userId
    const name = `${String(number).padStart(8, '0')}${String(began).padStart(4, '0')}${nth}`
    let referer = random.chance(0.4) ? 'https://search.example/' : ''
    for (const [index, hit] of hits.entries()) {
      const happened = calendar.utc(hit.at)
      const day = calendar.dayAt(happened)
      const url = urlOf(hit)
      // The evening that runs past the last day belongs to a day beyond the world.
      if (day >= calendar.days) return
      const fields: HitFields = {
        watch: `1${name}${String(index).padStart(2, '0')}`,
        visit: `2${name}`,
        client: browser.client,
        time: localText(happened, calendar),
        referer,
        url,
      }
      const way = random.chance(parameters.dirt.malformedShare) ? random.integer(4) : -1
      const line = (at: number): string => {
        const text = lineOf(broken(fields, way), hit.page, browser, claimed, utcText(at))
        return way === 3 ? text.slice(0, text.indexOf('\thttps://')) : text
      }
      writer.add(day, line(received), received)
      dirt.count('web_events', day, way >= 0 ? 'malformed' : 'clean')
      referer = url
      if (!random.chance(parameters.dirt.duplicateShare)) continue
      const again = pullOf(seenOn + 1 + random.integer(3)) + late
      writer.add(day, line(again), again)
      dirt.count('web_events', day, way >= 0 ? 'malformed' : 'duplicate')
    }
  }
}

interface HitFields {
  readonly watch: string
  readonly visit: string
  readonly client: string
  readonly time: string
  readonly url: string
  readonly referer: string
}

function lineOf(hit: HitFields, page: WebPage, browser: Browser, userId: string, received: string): string {
  const goals = GOALS[page] ?? '[]'
  const [keys, values] = page === 'login' ? ["['user_id']", `['${userId}']`] : ['[]', '[]']
  return `${hit.watch}\t${hit.visit}\t${COUNTER}\t${hit.client}\t${hit.time}\t${TITLES[page]}\t${hit.url}\t${hit.referer}\t1\t${browser.category}\t${browser.system}\t${goals}\t${keys}\t${values}\t${received}`
}

function urlOf({ page, title }: WebHit): string {
  if (page === 'home') return `${SITE}/`
  return title === null ? `${SITE}/${page}` : `${SITE}/${page}/${title.id}`
}

/** The id of some other account. */
function stranger(number: number, random: Random): string {
  return `u${String(number === 0 ? 1 : random.integer(number)).padStart(7, '0')}`
}

/** `way`: 0 .. 2 = what is wrong with the fields. */
function broken(hit: HitFields, way: number): HitFields {
  if (way === 0) return { ...hit, client: '' }
  if (way === 1) return { ...hit, time: '0000-00-00 00:00:00' }
  return way === 2 ? { ...hit, time: `1970${hit.time.slice(4)}` } : hit
}
