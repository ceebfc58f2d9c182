import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { OttokError } from '../config/errors.ts'
import type { ModuleCommand, ModuleContext, ModuleOutput } from '../config/module-command.ts'
import { type ReportSummary, reportText } from './report-text.ts'

/** Writes the page of a scored day to a file, and says in short what is in it. */
export function reportCommand(plan: { readonly report: string }): ModuleCommand {
  return {
    name: 'report',
    description: 'write the page on how good and how healthy the scores of a day are',
    options: [
      { flags: '--date <day>', description: 'scored day; the newest when absent' },
      { flags: '--out <file>', description: 'where to write; churn-report-DAY.html in this folder when absent' },
    ],
    run: async (context, _args, options) => writeReport(plan.report, context, options),
  }
}

async function writeReport(
  key: string,
  context: ModuleContext,
  options: Readonly<Record<string, unknown>>,
): Promise<ModuleOutput> {
  const day = (options.date as string | undefined) ?? (await newestDay(key, context))
  const made = await context.current(key, day)
  if (!made) {
    throw new OttokError({
      what: `there is no report of ${day}`,
      cause: `The partition ${day} of ${key} was never made.`,
      mend: `Make it with \`ottok materialize '+${key}' --partition ${day}\`, or give another day.`,
      exitCode: 2,
    })
  }
  const file = resolve((options.out as string | undefined) ?? `churn-report-${day}.html`)
  await writeFile(file, await context.bytes(key, day)).catch((error: NodeJS.ErrnoException) => {
    throw new OttokError({
      what: `cannot write the report to ${file}`,
      cause: `${error.message}.`,
      mend: 'Give a file in a folder that exists and may be written with `--out`.',
      exitCode: 2,
    })
  })
  const summary = { day, file, ...made.metadata } as unknown as ReportSummary
  return { json: summary, text: reportText(summary) }
}

async function newestDay(key: string, context: ModuleContext): Promise<string> {
  const { root, nodes } = await context.lineage({ key, up: 0 })
  return nodes.find(({ id }) => id === root)!.partition
}
