/**
 * Lines of Trex, by event day. Typing must refuse what is no JSON, lines without an account, times that are none or of
 * another day, and loads of less than nothing or more than a day.
 */
import type { TvEvent, TvSession } from '../behaviour/messages.ts'
import { DAY } from '../calendar.ts'
import { clockError } from '../device-clock.ts'
import { Random, STREAM } from '../random.ts'
import { sourceFaults } from '../source-faults.ts'
import { faultOn } from '../turns.ts'
import { isoMillisText, isoText } from './clock-text.ts'
import type { LineWriter, StreamOptions } from './delivery.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const CLASSES = ['tizen', 'webos', 'androidtv', 'appletv'] as const
const CLASS_SHARES = [0.42, 0.3, 0.24, 0.04]

/** A sink that writes the lines of a session. */
export function createTvEvents(options: StreamOptions<LineWriter>): (session: TvSession) => void {
  const { writer, calendar, parameters, dirt } = options
  const { delayMs } = sourceFaults(parameters.faults, calendar.days)
  const random = new Random(options.seed)
  const devices = new Random(options.seed)
  return (session) => {
    const { account, device, events } = session
    const { number, devices: names, userId } = account.traits
    const ahead = 1000 * clockError(number, device, parameters, devices)
    const set = describe(
      session.day,
      devices.at(STREAM.installation, number, device),
      faultOn(parameters.faults, 'device_class', session.day, calendar.days),
    )
    const head = `"device_id":"${names[device]}",${set}`
    random.at(STREAM.delivery, number, session.day * 32 + 16)
    const waits = lag(random) + delayMs('tv_events', session.day)
    for (const [index, event] of events.entries()) {
      const happened = calendar.utc(event.at)
      const day = calendar.dayAt(happened)
      // The evening that runs past the last day belongs to a day beyond the world.
      if (day >= calendar.days) return
      const received = Math.round(happened + waits + random.exponential(2 * MINUTE))
      const claimed = happened + ahead
      const way = random.chance(parameters.dirt.malformedShare) ? random.integer(4) : -1
      const refused = way >= 0 || (ahead !== 0 && calendar.dayAt(claimed) !== day)
      const line = (at: number): string => {
        const id = `x${number.toString(36)}-${session.day.toString(36)}-${index}`
        const who = way === 0 ? '' : userId
        const when = way === 1 ? 'null' : isoText(claimed)
        const loadMs = way === 2 ? -1 - event.loadMs : event.loadMs
        const text = lineOf(event, loadMs, id, who, head, when, isoMillisText(at))
        return way === 3 ? text.slice(0, text.length >> 1) : text
      }
      writer.add(day, line(received), received)
      dirt.count('tv_events', day, refused ? 'malformed' : 'clean')
      if (!random.chance(parameters.dirt.duplicateShare)) continue
      const again = received + Math.round(MINUTE + random.exponential(6 * HOUR))
      writer.add(day, line(again), again)
      dirt.count('tv_events', day, refused ? 'malformed' : 'duplicate')
    }
  }
}

/** Milliseconds until the firmware sends: minutes, now and then up to a day. */
function lag(random: Random): number {
  const luck = random.uniform()
  if (luck < 0.03) return Math.min(DAY * 1000, random.exponential(9 * HOUR))
  return MINUTE + random.exponential(luck < 0.15 ? 40 * MINUTE : 4 * MINUTE)
}

/** `set`: numbers of the set's own. `renaming`: a class of device that some sets say they are. */
function describe(
  day: number,
  set: Random,
  renaming: { readonly name: string; readonly share: number } | undefined,
): string {
  const own = CLASSES[set.weighted(CLASS_SHARES)] as string
  const firmware = `${3 + set.integer(4)}.${Math.floor((day + set.integer(120)) / 90)}`
  const name = renaming !== undefined && set.chance(renaming.share) ? renaming.name : own
  return `"device_class":"${name}","firmware":"${firmware}"`
}

function lineOf(
  { action, title }: TvEvent,
  loadMs: number,
  id: string,
  userId: string,
  head: string,
  when: string,
  received: string,
): string {
  return `{"event_id":"${id}","account_id":"${userId}",${head},"event":"${action}","load_ms":${loadMs},"title_id":"${title?.id ?? ''}","event_time":"${when}","received_at":"${received}"}`
}
