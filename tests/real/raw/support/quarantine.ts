import { type QuarantinedSource, quarantineCommand } from '../../../../lib/churn/index.ts'
import type { ModuleOutput, Settings } from '../../../../lib/config/index.ts'
import { moduleContext } from '../../../../materializations/operations/module-context.ts'
import { openSessionOn, type SessionDefinitions } from '../../../../materializations/session.ts'

/** Runs `ottok quarantine ARGS`, in process, at a moment. */
export async function runQuarantine(
  { settings, definitions, now }: { settings: Settings; definitions: SessionDefinitions; now: string },
  sources: readonly QuarantinedSource[],
  args: readonly string[],
  options: Readonly<Record<string, unknown>> = {},
): Promise<ModuleOutput> {
  const context = moduleContext({
    settings,
    graph: definitions.graph,
    command: 'a test',
    json: true,
    signal: new AbortController().signal,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    progress: () => undefined,
    onProgress: () => undefined,
    openSession: () => openSessionOn(definitions, { settings, asOf: now }),
  })
  try {
    return await quarantineCommand(sources).run(context, args, options)
  } finally {
    await context.close()
  }
}
