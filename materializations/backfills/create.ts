import { reached } from '../executor/commit-points.ts'
import { insertBackfill } from '../lineage/backfills.ts'
import { prepareRun } from '../operations/materialize.ts'
import { observeSources, sourcesOf } from '../operations/observe.ts'
import type { Session } from '../session.ts'
import { type BackfillPlan, planBackfill } from './plan.ts'
import { type BackfillRequest, storedRequest } from './request.ts'

/** Looks at the sources, and plans a backfill that is to be made: what dead runs left is finished first. */
export async function prepareBackfill(
  session: Session,
  request: BackfillRequest,
  signal: AbortSignal,
): Promise<BackfillPlan> {
  await prepareRun(session)
  const state = await session.state({ restate: request.restate })
  if (request.look) await observeSources(session, state, sourcesOf(session, request.selected), signal)
  return planBackfill(state, request)
}

/** Plans from what is recorded; writes nothing. */
export async function previewBackfill(session: Session, request: BackfillRequest): Promise<BackfillPlan> {
  return planBackfill(await session.state({ restate: request.restate }), request)
}

/** Writes a planned backfill down; gives its id. From here on it can be shown, cancelled and resumed anywhere. */
export async function createBackfill(
  session: Session,
  request: BackfillRequest,
  { state, assets }: BackfillPlan,
  command: string,
): Promise<string> {
  const id = await insertBackfill(session.lineage, {
    command,
    selection: request.selection,
    request: storedRequest(request),
    asOf: state.now,
    sinceSeq: state.seq,
    assets,
  })
  reached('backfill-created')
  return id
}
