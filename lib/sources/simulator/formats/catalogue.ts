/**
 * Documents of the catalogue (MongoDB, relaxed extended JSON): every day the whole of what was known at its cut-off.
 *
 * Typing must refuse what is no JSON, and documents without a title's id or with a length of zero or less. A broken
 * document is an attempt that failed: the right one follows.
 */
import { Random, STREAM } from '../random.ts'
import { sourceFaults } from '../source-faults.ts'
import { kinds, type Title } from '../titles.ts'
import { isoMillisText } from './clock-text.ts'
import type { LineWriter, StreamOptions } from './delivery.ts'
import { createTitleDetails, type TitleDetails } from './title-details.ts'

const HOUR_MS = 3_600_000

export interface CatalogueOptions extends StreamOptions<LineWriter> {
  /** All titles of the world, in the order of release. */
  readonly titles: readonly Title[]
}

/** Writes the snapshot of a day. */
export function createCatalogue(options: CatalogueOptions): (day: number) => void {
  const { writer, calendar, parameters, dirt, titles } = options
  const { delayMs } = sourceFaults(parameters.faults, calendar.days)
  const random = new Random(options.seed)
  const details = createTitleDetails(titles, random)
  const entries = titles.map((title, index) => {
    const knownAt = calendar.utc(title.knownAt)
    const release = calendar.text(title.releaseDay)
    return { id: title.id, knownAt, text: documentOf(title, details[index] as TitleDetails, release, knownAt) }
  })
  return (day) => {
    random.at(STREAM.delivery, -2, day)
    const late = delayMs('catalogue', day)
    const cutoff = calendar.servingCutoff(day)
    // Yesterday's titles are in the snapshot from its beginning, today's as they become known.
    const opened = calendar.servingCutoff(day - 1) + 1
    for (const { id, knownAt, text } of entries) {
      if (knownAt > cutoff) continue
      const received = Math.max(knownAt, opened) + late
      const whole = (at: number): string => `${text}"received_at":"${isoMillisText(at)}"}`
      const add = (document: string, at: number, delivery: 'clean' | 'duplicate' | 'malformed'): void => {
        writer.add(day, document, at)
        dirt.count('catalogue', day, delivery)
      }
      if (random.chance(parameters.dirt.malformedShare)) {
        add(broken(whole(received), id, random.integer(3)), received, 'malformed')
      }
      add(whole(received), received, 'clean')
      if (!random.chance(parameters.dirt.duplicateShare)) continue
      const again = Math.min(cutoff + late, received + 1 + random.integer(4 * HOUR_MS))
      add(whole(again), again, 'duplicate')
    }
  }
}

/** Up to the moment of receipt, which is each day's own. */
function documentOf(title: Title, details: TitleDetails, release: string, knownAt: number): string {
  const { credits, seriesId, season, finale } = details
  const kind = (kinds[title.kind] as (typeof kinds)[number]).name
  return `{"_id":"${title.id}","name":${JSON.stringify(title.name)},"kind":"${kind}","genre":"${title.genre}","duration_s":${title.durationSeconds},"release_date":"${release}","persons":${JSON.stringify(credits)},"series_id":"${seriesId}","season":${season},"finale":${finale},"known_at":"${isoMillisText(knownAt)}",`
}

function broken(document: string, id: string, way: number): string {
  if (way === 0) return document.slice(0, document.length >> 1)
  if (way === 1) return document.replace(`"_id":"${id}"`, '"_id":""')
  return document.replace(/"duration_s":\d+/, '"duration_s":-1')
}
