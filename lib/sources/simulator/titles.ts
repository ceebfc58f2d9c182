/** The catalogue: titles with the moment they became known and the day they came out. */
import { DAY } from './calendar.ts'
import type { Parameters } from './parameters.ts'
import { type Random, STREAM } from './random.ts'

/** Kinds of title with their share of the catalogue and of viewing, and a typical length in minutes. */
export const kinds = [
  { name: 'film', share: 0.35, minutes: 105 },
  { name: 'series', share: 0.42, minutes: 46 },
  { name: 'kids', share: 0.15, minutes: 22 },
  { name: 'sport', share: 0.08, minutes: 120 },
] as const

const GENRES = ['drama', 'comedy', 'thriller', 'fantasy', 'documentary', 'romance', 'action', 'animation'] as const

export interface Title {
  readonly id: string
  readonly name: string
  readonly kind: number
  readonly genre: string
  readonly durationSeconds: number
  /** First day on which it can be watched. */
  readonly releaseDay: number
  /** Local moment at which the catalogue announced it. */
  readonly knownAt: number
}

/** All titles of the world in the order of release; the first `titles.count` are out before day 0. */
export function createTitles(days: number, parameters: Parameters, random: Random): Title[] {
  const later = Math.round((days / 30) * parameters.titles.releasedPerMonth)
  return Array.from({ length: parameters.titles.count + later }, (_, index) => {
    random.at(STREAM.catalogue, index, 0)
    const kind = random.weighted(kinds.map((each) => each.share))
    const nth = index - parameters.titles.count
    const releaseDay = nth < 0 ? -30 : Math.floor((nth * 30) / parameters.titles.releasedPerMonth)
    const minutes = (kinds[kind] as (typeof kinds)[number]).minutes * Math.exp(0.25 * random.normal())
    // Most titles are announced days ahead; some reach the catalogue only after they came out.
    const notice = random.chance(0.9) ? 3 + random.integer(18) : -1
    return {
      id: `t${String(index).padStart(5, '0')}`,
      name: `Title ${index}`,
      kind,
      genre: GENRES[random.integer(GENRES.length)] as string,
      durationSeconds: Math.round(minutes * 60),
      releaseDay,
      knownAt: nth < 0 ? -30 * DAY : (releaseDay - notice) * DAY + random.integer(DAY),
    }
  })
}

/** Titles of each kind that are out on a day, most watched first. */
export interface Shelf {
  of(kind: number): readonly Title[]
}

/** Popularity is a fixed shuffle, so that a title keeps its public; new ones enter at their place. */
export function byPopularity(titles: readonly Title[]): Title[] {
  return [...titles].sort((a, b) => popularity(a) - popularity(b))
}

/** `popular`: all titles by popularity. */
export function createShelf(popular: readonly Title[], day: number): Shelf {
  const byKind = kinds.map((_, kind) => popular.filter((title) => title.kind === kind && title.releaseDay <= day))
  return { of: (kind) => byKind[kind] as readonly Title[] }
}

function popularity(title: Title): number {
  return Math.imul(Number(title.id.slice(1)) + 1, 0x9e3779b1) >>> 0
}
