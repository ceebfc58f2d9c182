import { InvalidArgumentError, Option } from 'commander'
import { OttokError } from '../../../lib/config/index.ts'
import { requireAutomation } from '../../automation/automated.ts'
import type { DaemonEvent } from '../../automation/daemon.ts'
import type { Register } from '../command.ts'
import { runLog } from '../run-log.ts'

export const daemon: Register = (program, on) => {
  on(
    program
      .command('daemon')
      .description('tick again and again; of several daemons one leads, the others stand by')
      .addOption(
        new Option('--interval <time>', 'from one tick to the next: 30s, 5m, 1h')
          .argParser(milliseconds)
          .default(30_000, '30s'),
      )
      .option('--jsonl', 'log one JSON object a line'),
    async ({ globals, output, signal, typed, settings, openSession }, _, options) => {
      if (globals.json) throw oneForm()
      const { loadDefinitions } = await import('../../definitions/index.ts')
      const { openPostgres } = await import('../../../lib/postgres/index.ts')
      const { openLineage } = await import('../../lineage/lineage.ts')
      const { runDaemon } = await import('../../automation/daemon.ts')
      // What is wrong from the beginning is an error; what breaks later is waited out.
      const known = await settings()
      requireAutomation((await loadDefinitions(globals.definitions)).graph)
      const event: DaemonEvent = (name, fields) => {
        const at = new Date().toISOString()
        const line =
          options.jsonl === true ? JSON.stringify({ at, event: name, ...fields }) : eventText(at, name, fields)
        output.streams.out(`${line}\n`)
      }
      event('started', { pid: process.pid, intervalMs: options.interval })
      await runDaemon({
        command: typed,
        signal,
        log: runLog(output, globals.verbose),
        intervalMs: options.interval as number,
        openSession,
        openLineage: async () => {
          const postgres = await openPostgres(known)
          try {
            return { lineage: await openLineage(postgres, known.environment), close: () => postgres.close() }
          } catch (error) {
            await postgres.close()
            throw error
          }
        },
        event,
      })
      return { json: null, text: '', exitCode: isTerminated(signal) ? 0 : 130 }
    },
  )
}

/** To be terminated is how a daemon ends; to be interrupted is not. */
function isTerminated({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.message === 'SIGTERM'
}

/** `2026-03-05T09:00:00.000Z tick tick=12 status=idle ms=85`: words with spaces are quoted. */
function eventText(at: string, name: string, fields: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(fields).map(([field, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return `${field}=${/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)}`
  })
  return [at, name.includes(' ') ? JSON.stringify(name) : name, ...shown].join(' ')
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

function milliseconds(text: string): number {
  const match = /^([1-9]\d{0,5})([smh])$/.exec(text)
  if (match) return Number(match[1]) * UNITS[match[2]!]!
  throw new InvalidArgumentError("It is a whole number of seconds, minutes or hours, such as '30s', '5m' or '1h'.")
}

function oneForm(): OttokError {
  return new OttokError({
    what: '--json prints one document, and a daemon has no end',
    cause: 'Its log is a stream.',
    mend: 'Give --jsonl: one JSON object a line.',
    exitCode: 2,
  })
}
