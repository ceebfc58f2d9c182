import { type Command, Option } from 'commander'
import { OttokError } from '../../../lib/config/index.ts'
import type { LogLevel } from '../../lineage/step-logs.ts'
import { LOG_LEVELS, type LogsRequest, runLogs, type ShownLog } from '../../operations/run-logs.ts'
import { findRun } from '../../operations/runs.ts'
import { parseAddress } from '../../planner/request.ts'
import type { CommandContext, On } from '../command.ts'
import { timeText } from '../render/words.ts'

/** Adds `runs logs`. */
export function addLogsCommand(group: Command, on: On): void {
  on(
    group
      .command('logs <run>')
      .description('what the steps of a run said')
      .option('--step <key>', 'of one asset, KEY or KEY@PARTITION')
      .addOption(new Option('--level <level>', 'the least level').choices([...LOG_LEVELS]).default('info'))
      .option('--follow', 'go on until the run has ended')
      .option('--jsonl', 'one JSON object a line'),
    async (context, [id], options) => {
      const { globals, signal } = context
      const jsonl = options.jsonl === true
      if (globals.json && (jsonl || options.follow === true)) throw twoForms(jsonl)
      return context.session(async ({ lineage, graph }) => {
        const { run_id: runId } = await findRun(lineage, id!)
        const address = typeof options.step === 'string' ? parseAddress(graph, options.step) : undefined
        const level = options.level as LogLevel
        const request = { runId, level, follow: options.follow === true, signal, ...address }
        const pages = runLogs(lineage, request satisfies LogsRequest)
        if (!globals.json) return print(context, pages, jsonl ? JSON.stringify : lineOf)
        const json: ShownLog[] = []
        for await (const page of pages) json.push(...page)
        return { json, text: '' }
      })
    },
  )
}

/** Writes as it reads: a log may be long, and one that is followed has no end yet. */
async function print(
  { output }: CommandContext,
  pages: AsyncIterable<readonly ShownLog[]>,
  form: (entry: ShownLog) => string,
) {
  for await (const page of pages) output.streams.out(page.map((entry) => `${form(entry)}\n`).join(''))
  return { json: undefined, text: '' }
}

function lineOf({ at, level, key, partitions, attempt, message, fields }: ShownLog): string {
  const [first, last] = [partitions[0] ?? '', partitions.at(-1) ?? '']
  const place = first === '' ? key : `${key}@${first === last ? first : `${first}..${last}`}`
  const again = attempt > 1 ? [`attempt ${attempt}:`] : []
  const rest = Object.entries(fields as Record<string, unknown>).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return [timeText(at), level.padEnd(5), place, ...again, message, ...rest].join(' ')
}

function twoForms(jsonl: boolean): OttokError {
  return new OttokError({
    what: `--json and ${jsonl ? '--jsonl' : '--follow'} were given together`,
    cause: 'One document cannot be written before its end is known, or line by line.',
    mend: 'Give --jsonl alone.',
    exitCode: 2,
  })
}
