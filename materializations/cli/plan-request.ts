import type { Command } from 'commander'
import type { Graph } from '../../lib/graph/index.ts'
import type { PlanRequest } from '../operations/materialize.ts'
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
export function planRequest(
  graph: Graph,
  selection: string | undefined,
  options: Readonly<Record<string, unknown>>,
): PlanRequest {
  return {
    selected: graph.select(selection ?? '*'),
    request: partitionRequest(options),
    look: options.observe !== false,
    force: options.force === true,
    restate: options.restate === true,
    effects: options.effects === true,
  }
}
