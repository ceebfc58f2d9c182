import { OttokError } from '../config/errors.ts'
import type { ModuleCommand } from '../config/module-command.ts'
import { listQuarantine } from './quarantine-list.ts'
import { replayQuarantine } from './quarantine-replay.ts'
import type { QuarantinedSource } from './quarantine-source.ts'

/** Rows that typing refused: what there is, and letting them in once their rule is mended. */
export function quarantineCommand(sources: readonly QuarantinedSource[]): ModuleCommand {
  return {
    name: 'quarantine',
    arguments: '<list|replay> [source]',
    description: 'rows that could not be used: list them, or let them in once their rule is mended',
    options: [
      { flags: '--source <name>', description: 'list: one source; all when absent' },
      { flags: '--reason <text>', description: 'replay: why the rows were refused' },
      { flags: '--from <day>', description: 'first day' },
      { flags: '--to <day>', description: 'last day' },
    ],
    run: async (context, [action, name], options) => {
      const days = { from: dayOf('--from', options.from), to: dayOf('--to', options.to) }
      const wanted = (name ?? options.source) as string | undefined
      const chosen = wanted === undefined ? sources : [sourceOf(sources, wanted)]
      if (action === 'list') return listQuarantine(context, chosen, days)
      const [source] = chosen
      if (action !== 'replay' || wanted === undefined || source === undefined || typeof options.reason !== 'string') {
        throw new OttokError({
          what: `cannot run \`quarantine ${[action, wanted].filter(Boolean).join(' ')}\``,
          cause: 'It is neither a list nor a replay of one source and one reason.',
          mend: "Use `quarantine list [--source S]` or `quarantine replay SOURCE --reason 'WHY'`.",
          exitCode: 2,
        })
      }
      return replayQuarantine(context, source, options.reason, days)
    },
  }
}

function sourceOf(sources: readonly QuarantinedSource[], wanted: string): QuarantinedSource {
  const found = sources.find(({ mapping }) => mapping.source === wanted)
  if (found) return found
  throw new OttokError({
    what: `there is no source '${wanted}'`,
    cause: `The sources are ${sources.map(({ mapping }) => mapping.source).join(', ')}.`,
    mend: 'Name one of them.',
    exitCode: 2,
  })
}

function dayOf(flag: string, value: unknown): string | undefined {
  if (value === undefined) return undefined
  const day = String(value)
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day))) return day
  throw new OttokError({
    what: `${flag} is '${day}'`,
    cause: 'That is no day.',
    mend: 'Write YYYY-MM-DD.',
    exitCode: 2,
  })
}
