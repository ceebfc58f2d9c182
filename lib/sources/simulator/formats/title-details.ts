/** What the catalogue tells of a title beside what players need: its people and its place in a series. */
import { type Random, STREAM } from '../random.ts'
import { kinds, type Title } from '../titles.ts'

export interface Credit {
  readonly id: string
  readonly name: string
  readonly role: 'actor' | 'director'
}

export interface TitleDetails {
  readonly credits: readonly Credit[]
  /** '' = stands alone. */
  readonly seriesId: string
  /** 1, 2 ...; 0 = stands alone. */
  readonly season: number
  /** The last season of its series. */
  readonly finale: boolean
}

const PEOPLE = 700
/** Chance that a season is the series' last. */
const ENDS = 0.3

interface Series {
  readonly id: string
  readonly credits: readonly Credit[]
  season: number
}

/**
 * Details of all titles, in their order of release. A title of the kinds series and kids is a season: of a series that
 * goes on, or of a new one; a sequel keeps its people.
 */
export function createTitleDetails(titles: readonly Title[], random: Random): TitleDetails[] {
  const goingOn: Series[] = []
  return titles.map((title, index) => {
    random.at(STREAM.details, index, 0)
    const { name } = kinds[title.kind] as (typeof kinds)[number]
    if (name === 'sport') return { credits: [], seriesId: '', season: 0, finale: false }
    if (name === 'film') return { credits: creditsOf(random), seriesId: '', season: 0, finale: false }
    const nth = goingOn.length > 20 || random.chance(0.4) ? random.integer(goingOn.length) : goingOn.length
    const series = goingOn[nth] ?? { id: `s${title.id.slice(1)}`, credits: creditsOf(random), season: 0 }
    series.season += 1
    const finale = random.chance(ENDS)
    const rest = goingOn.filter((each) => each !== series)
    goingOn.splice(0, goingOn.length, ...rest, ...(finale ? [] : [series]))
    return { credits: series.credits, seriesId: series.id, season: series.season, finale }
  })
}

/** A director and one to three actors; few people are in much. */
function creditsOf(random: Random): Credit[] {
  const ids = new Set<number>()
  const people = 2 + random.integer(3)
  while (ids.size < people) ids.add(Math.floor(PEOPLE * random.uniform() ** 1.6))
  return [...ids].map((id, position) => ({
    id: `p${String(id).padStart(4, '0')}`,
    name: `Person ${id}`,
    role: position === 0 ? 'director' : 'actor',
  }))
}
