import type { Command } from 'commander'
import type { PlanRequest } from '../operations/materialize.ts'
import { selectAssets } from '../operations/select-assets.ts'
import type { Session } from '../session.ts'
import { addPartitionOptions, partitionRequest } from './partition-options.ts'

/** Options of every command that plans. */
export function addPlanOptions(command: Command): Command {
  return addPartitionOptions(command)
    .option('--no-observe', 'do not look at the sources first')
    .option('--force', 'remake what is fresh too')
    .option('--restate', "remake with today's versions of inputs that are read as of their day")
    .option('--effects', 'let effects run on other than their newest partition')
}

/** The request that selection and options make. */
export async function planRequest(
  session: Session,
  selection: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<PlanRequest> {
  return {
    selected: await selectAssets(session, selection ?? '*'),
    request: partitionRequest(options),
    look: options.observe !== false,
    force: options.force === true,
    restate: options.restate === true,
    effects: options.effects === true,
  }
}
