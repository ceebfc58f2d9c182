import { tableSchemas } from '../lineage/version-facts.ts'
import { columnLineage, openLazyAnalyzer } from '../operations/lineage-columns.ts'
import type { Session } from '../session.ts'
import { type EventSources, runEvents, stepEvents } from './events.ts'
import { runsEndedSince, stepsOfRun, stepsOfVersions } from './recorded-steps.ts'
import type { OpenLineageEvent } from './types.ts'

/**
 * Events of the runs that ended at a moment or later: of each run its START and its end, and between them those of its
 * steps. A few hundred steps are held in memory at once.
 */
export async function* exportEvents(
  session: Session,
  productVersion: string,
  since: Date,
): AsyncGenerator<OpenLineageEvent> {
  const sources = await eventSources(session, productVersion)
  for await (const runs of runsEndedSince(session.lineage, since)) {
    for (const run of runs) {
      const [start, end] = runEvents(sources, run)
      yield start!
      for await (const steps of stepsOfRun(session.lineage, run.runId)) {
        for (const step of steps) yield* stepEvents(sources, step)
      }
      yield end!
    }
  }
}

/** Events of the steps that recorded these versions, and of their runs. */
export async function eventsOfVersions(
  session: Session,
  productVersion: string,
  seqs: readonly number[],
): Promise<OpenLineageEvent[]> {
  const sources = await eventSources(session, productVersion)
  const { runs, steps } = await stepsOfVersions(session.lineage, seqs)
  const events = [
    ...runs.flatMap((run) => runEvents(sources, run)),
    ...steps.flatMap((step) => stepEvents(sources, step)),
  ]
  return events.sort((a, b) => (a.eventTime < b.eventTime ? -1 : a.eventTime > b.eventTime ? 1 : 0))
}

async function eventSources(session: Session, productVersion: string): Promise<EventSources> {
  const { graph, settings, lineage, definitions } = session
  const analyzer = openLazyAnalyzer()
  try {
    return {
      graph,
      settings,
      productVersion,
      schemaOf: await tableSchemas(lineage, graph.order),
      columns: await columnLineage(graph, graph.order, analyzer, definitions.cacheDir),
    }
  } finally {
    await analyzer.close()
  }
}
