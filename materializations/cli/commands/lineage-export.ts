import type { Command } from 'commander'
import { OttokError } from '../../../lib/config/index.ts'
import { exportEvents } from '../../openlineage/export.ts'
import type { OpenLineageEvent } from '../../openlineage/types.ts'
import type { On } from '../command.ts'
import { productVersion } from '../version.ts'

/** `lineage export`: what happened, for other systems. */
export function registerExport(group: Command, on: On): void {
  on(
    group
      .command('export')
      .description('OpenLineage events of the runs that ended since a time')
      .requiredOption('--since <time>', 'ISO 8601')
      .option('--jsonl', 'one event a line, written as they are read'),
    ({ session, output, globals }, _, options) => {
      const since = timeOf(String(options.since))
      const jsonl = options.jsonl === true
      if (globals.json && jsonl) throw twoForms()
      return session(async (open) => {
        const events = exportEvents(open, productVersion(), since)
        const all: OpenLineageEvent[] = []
        for await (const event of events) {
          if (jsonl) output.streams.out(`${JSON.stringify(event)}\n`)
          else all.push(event)
        }
        return jsonl ? { json: undefined, text: '' } : { json: all, text: JSON.stringify(all, null, 2) }
      })
    },
  )
}

function timeOf(text: string): Date {
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  throw new OttokError({
    what: `--since '${text}' is not a time`,
    cause: 'It cannot be read as ISO 8601.',
    mend: "Write it like '2026-09-01T07:00:00Z'.",
    exitCode: 2,
  })
}

function twoForms(): OttokError {
  return new OttokError({
    what: '--json and --jsonl were given together',
    cause: 'One is a single document, the other a document a line.',
    mend: 'Give --jsonl alone.',
    exitCode: 2,
  })
}
