import { OttokError } from '../config/errors.ts'
import type { ModuleContext, ModuleOutput } from '../config/module-command.ts'
import { refusedOf } from './quarantine-list.ts'
import type { DayBounds, QuarantinedSource } from './quarantine-source.ts'

/**
 * Remakes the days on which rows were refused for a reason, from what landed, by today's mapping.
 *
 * The mapping must say in `mended` since when the rule is mended: the rows count as known from then on, so that features
 * of days that were served before do not change.
 */
export async function replayQuarantine(
  context: ModuleContext,
  source: QuarantinedSource,
  reason: string,
  bounds: DayBounds,
): Promise<ModuleOutput> {
  const name = source.mapping.source
  const refused = await refusedOf(context, source, bounds)
  const before = refused.filter((one) => one.reason === reason)
  if (before.length === 0) {
    const reasons = [...new Set(refused.map((one) => `'${one.reason}'`))]
    throw new OttokError({
      what: `no row of ${name} is in quarantine for '${reason}'`,
      cause: reasons.length === 0 ? 'None is there at all.' : `The reasons there are ${reasons.join(', ')}.`,
      mend: `Look with \`ottok quarantine list --source ${name}\`.`,
      exitCode: 2,
    })
  }
  const mended = source.mapping.mended.find((one) => one.reason === reason)
  if (!mended) throw notMended(context, source, reason, await context.now())
  const keys = before.map(({ day }) => day)
  const run = await context.materialize({
    selection: `key:"${source.rows}" or key:"${source.quarantine}"`,
    partitions: { kind: 'keys', keys },
  })
  if (run.status !== 'succeeded') {
    const [first] = run.failures
    throw new OttokError({
      what: `the replay of ${name} ${run.status}`,
      cause: first ? `${first.key}@${first.partition}: ${first.error}` : 'It was stopped before its end.',
      mend: 'Mend that, then repeat the command.',
    })
  }
  const after = (await refusedOf(context, source, bounds)).filter((one) => one.reason === reason)
  const [was, left] = [sum(before), sum(after)]
  const summary = {
    source: name,
    reason,
    days: keys,
    released: was - left,
    left,
    knownFrom: mended.at,
    runId: run.runId,
  }
  const still = left === 0 ? '' : `\n${left} rows are refused for the same reason still: look at its rule.`
  const text = `${was - left} of ${was} rows of ${name} on ${keys.length} days were let in; they count as known from ${mended.at} on.${still}
Run \`ottok materialize\` for what is made from them.`
  return { json: summary, text, exitCode: left === 0 ? 0 : 1 }
}

function notMended(context: ModuleContext, source: QuarantinedSource, reason: string, now: Date): OttokError {
  const place = context.graph.asset(source.rows).source?.file
  return new OttokError({
    what: `cannot replay rows of ${source.mapping.source} that were refused for '${reason}'`,
    cause: `The mapping${place ? ` in ${place}` : ''} does not say since when that rule is mended, and features of earlier days would change.`,
    mend: `Change the rule, and add { reason: '${reason}', when: 'what it used to refuse', at: '${now.toISOString()}' } to its \`mended\`.`,
    exitCode: 2,
  })
}

function sum(refused: readonly { readonly rows: number }[]): number {
  return refused.reduce((total, { rows }) => total + rows, 0)
}
