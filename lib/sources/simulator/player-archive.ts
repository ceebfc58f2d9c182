/** Player messages as they reach the archive: late, sometimes twice, sometimes broken or by a wrong clock. */
import type { ArchiveWriter } from './archive.ts'
import { DAY, type WorldCalendar } from './calendar.ts'
import { clockError } from './device-clock.ts'
import type { DirtLedger } from './dirt-ledger.ts'
import type { Parameters } from './parameters.ts'
import { playerFaults } from './player-faults.ts'
import { Random, STREAM } from './random.ts'
import type { PlayerEventRow, playerEventShape } from './shapes.ts'
import { sourceFaults } from './source-faults.ts'
import type { Platform, PlayerMessage, SessionSink } from './viewing.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A sink that writes the messages of a session. */
export function createPlayerArchive(options: {
  readonly writer: ArchiveWriter<typeof playerEventShape>
  readonly calendar: WorldCalendar
  readonly parameters: Parameters
  readonly seed: number
  readonly dirt: DirtLedger
}): SessionSink {
  const { writer, calendar, parameters, dirt } = options
  const random = new Random(options.seed)
  const clocks = new Random(options.seed)
  const players = playerFaults(parameters.faults, calendar.days)
  const { delayMs } = sourceFaults(parameters.faults, calendar.days)
  return (messages) => {
    const last = messages[messages.length - 1] as PlayerMessage
    const { number } = last.account.traits
    // One of an account's sessions begins in a second: its luck depends on nobody else.
    random.at(STREAM.arrivals, number, messages[0]?.at as number)
    const ahead = 1000 * clockError(number, last.device, parameters, clocks)
    const offline = offlineLag(last.platform, random)
    const online = calendar.utc(last.at) + offline
    for (const message of messages) {
      const happened = calendar.utc(message.at)
      // A device that was offline sends the whole session when it is back.
      const sent = Math.max(happened, offline > 0 ? online : 0)
      const arrived = Math.round(sent + 2000 + random.exponential(MINUTE))
      const day = calendar.dayAt(happened)
      // The evening that runs past the last day belongs to a day beyond the world.
      if (day >= calendar.days || players.loses(message, day)) continue
      const received = arrived + delayMs('player_events', day)
      const claimed = players.sent(rowOf(message, happened + ahead, received), day)
      const isBroken = random.chance(parameters.dirt.malformedShare)
      const row = isBroken ? broken(claimed, random) : claimed
      const otherDay = ahead !== 0 && calendar.dayAt(happened + ahead) !== day
      const refused = isBroken || otherDay || row.watched_s > DAY
      writer.add(day, row, received)
      dirt.count('player_events', day, refused ? 'malformed' : 'clean')
      if (!random.chance(parameters.dirt.duplicateShare)) continue
      const again = received + Math.round(MINUTE + random.exponential(8 * HOUR))
      writer.add(day, { ...row, received_at: again }, again)
      dirt.count('player_events', day, refused ? 'malformed' : 'duplicate')
    }
  }
}

function rowOf(message: PlayerMessage, happened: number, received: number): PlayerEventRow {
  const { userId, devices } = message.account.traits
  return {
    event_id: `${message.session}-${message.sequence}`,
    user_id: userId,
    device_id: devices[message.device] as string,
    platform: message.platform,
    session_id: message.session,
    title_id: message.title.id,
    event: message.event,
    position_s: message.position,
    watched_s: message.watched,
    duration_s: message.title.durationSeconds,
    stall_ms: message.stallMs,
    event_time: isoTime(happened),
    received_at: received,
  }
}

/** Milliseconds that a session waits on the device: hours for some, days for a few, hardly ever on TV and web. */
function offlineLag(platform: Platform, random: Random): number {
  const mobile = platform === 'android' || platform === 'ios'
  const luck = random.uniform()
  if (luck < (mobile ? 0.06 : 0.003)) return Math.min(5 * 24 * HOUR, random.exponential(30 * HOUR))
  if (luck < (mobile ? 0.2 : 0.04)) return random.exponential(3 * HOUR)
  return 0
}

/** Four ways to be wrong, each one that typing has to notice. */
function broken(row: PlayerEventRow, random: Random): PlayerEventRow {
  switch (random.integer(4)) {
    case 0:
      return { ...row, event_time: ['', 'null', '31.02.2026 25:61'][random.integer(3)] as string }
    case 1:
      return { ...row, watched_s: -1 - row.watched_s }
    case 2:
      return { ...row, user_id: '' }
    default:
      return { ...row, watched_s: 1_000_000_000 + row.watched_s }
  }
}

const TIMES = Array.from({ length: DAY }, (_, second) => `${new Date(second * 1000).toISOString().slice(10, 19)}Z`)
const DATES = new Map<number, string>()

/** ISO 8601 in UTC, to the second; `Date` would take most of the time that a row takes. */
function isoTime(ms: number): string {
  const day = Math.floor(ms / (DAY * 1000))
  let date = DATES.get(day)
  if (date === undefined) {
    date = new Date(day * DAY * 1000).toISOString().slice(0, 10)
    DATES.set(day, date)
  }
  return date + TIMES[ms / 1000 - day * DAY]
}
