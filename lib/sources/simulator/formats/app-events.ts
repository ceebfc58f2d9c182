/**
 * Events of AppMetrica's Logs API, by the serving day on which they were received.
 *
 * Typing must refuse rows without an event id, with a time that is none or of 1970, or of a clock so wrong that the
 * event would come more than a day after its receipt. A clock that is behind shows an old event, which is allowed.
 */
import type { AppEvent, AppSession } from '../behaviour/messages.ts'
import { DAY } from '../calendar.ts'
import { clockError } from '../device-clock.ts'
import { Random, STREAM } from '../random.ts'
import { sourceFaults } from '../source-faults.ts'
import { utcText } from './clock-text.ts'
import type { LineWriter, StreamOptions } from './delivery.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Days between versions of the app. */
const RELEASE_DAYS = 21
const FUTURE_MS = DAY * 1000

/** A sink that writes the events of a session. A phone that was offline sends them together when it is back. */
export function createAppEvents(options: StreamOptions<LineWriter>): (session: AppSession) => void {
  const { writer, calendar, parameters, dirt } = options
  const { delayMs } = sourceFaults(parameters.faults, calendar.days)
  const random = new Random(options.seed)
  const devices = new Random(options.seed)
  return (session) => {
    const late = delayMs('app_events', session.day)
    const { account, mobile, events } = session
    const { number } = account.traits
    const ahead = 1000 * clockError(number, mobile.device, parameters, devices)
    const tail = sessionTail(session, devices.at(STREAM.installation, number, mobile.device))
    random.at(STREAM.delivery, number, session.day * 32 + 8 + session.nth)
    const offline = offlineLag(random)
    const online = calendar.utc((events[events.length - 1] as AppEvent).at) + offline
    const name = `${hex(number, 6)}${hex(session.day, 4)}${session.nth}`
    for (const [index, event] of events.entries()) {
      const happened = calendar.utc(event.at)
      const received =
        Math.floor((Math.max(happened, offline > 0 ? online : 0) + 2000 + random.exponential(MINUTE)) / 1000) * 1000 +
        late
      const claimed = happened + ahead
      const way = random.chance(parameters.dirt.malformedShare) ? random.integer(3) : -1
      const refused = way >= 0 || claimed > received + FUTURE_MS
      const id = way === 0 ? '' : `${name}${hex(index, 3)}`
      const time = way === 1 ? '' : way === 2 ? '0' : String(claimed / 1000)
      let delivered = false
      const add = (at: number): void => {
        const day = calendar.servingDayAt(at)
        // It was received before the log begins, or will be when the world is over.
        if (day < calendar.firstDay || day >= calendar.days) return
        writer.add(day, lineOf(event, id, time, claimed, at, tail), at)
        dirt.count('app_events', day, refused ? 'malformed' : delivered ? 'duplicate' : 'clean')
        delivered = true
      }
      add(received)
      // Sent again when the acknowledgement was lost: on the next serving day for some.
      if (random.chance(parameters.dirt.duplicateShare)) {
        add(received + 1000 * Math.ceil(60 + Math.min(2 * DAY, random.exponential(8 * 3600))))
      }
    }
  }
}

/** Milliseconds that a session waits on the phone: hours for some, days for a few. */
function offlineLag(random: Random): number {
  const luck = random.uniform()
  if (luck < 0.04) return Math.min(5 * DAY * 1000, random.exponential(30 * HOUR))
  return luck < 0.14 ? random.exponential(3 * HOUR) : 0
}

function lineOf(
  { action, title }: AppEvent,
  id: string,
  time: string,
  claimed: number,
  at: number,
  tail: string,
): string {
  const details = title === null ? '{}' : `{\\"title_id\\":\\"${title.id}\\"}`
  return `{"event_receive_datetime":"${utcText(at)}","event_receive_timestamp":"${at / 1000}","event_datetime":"${utcText(claimed)}","event_timestamp":"${time}","event_name":"${action}","event_json":"${details}",${tail}"event_id":"${id}"}`
}

/** The fields that all events of a session share. `device`: numbers of the device's own. */
function sessionTail(session: AppSession, device: Random): string {
  const { account, mobile, installation, signedIn } = session
  const { number, userId } = account.traits
  const deviceId = `1${String(device.integer(1_000_000_000)).padStart(9, '0')}${String(number).padStart(8, '0')}${mobile.device}`
  const system =
    mobile.system === 'ios' ? `${15 + device.integer(4)}.${device.integer(6)}` : String(10 + device.integer(5))
  const type = device.chance(0.88) ? 'phone' : 'tablet'
  const connection = session.nth === 0 && device.chance(0.75) ? 'wifi' : 'cell'
  const installationId = `${hex(number, 8)}${hex(mobile.device, 4)}${hex(installation, 4)}${hex(device.bits() >>> 0, 8)}${hex(device.bits() >>> 0, 8)}`
  const name = `1${String(number).padStart(8, '0')}${String(session.day).padStart(4, '0')}${session.nth}`
  const version = `5.${Math.floor(session.day / RELEASE_DAYS)}.0`
  return `"session_id":"${name}","installation_id":"${installationId}","appmetrica_device_id":"${deviceId}","profile_id":"${signedIn ? userId : ''}","os_name":"${mobile.system}","os_version":"${system}","app_version_name":"${version}","device_type":"${type}","connection_type":"${connection}",`
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0')
}
