import { type MaterializeContext, partitionOf } from '../../lib/graph/index.ts'
import { runProgram } from '../external/run-program.ts'
import { detailsOf } from './details.ts'
import type { AttemptEnvironment } from './environment.ts'
import { openInputs } from './inputs.ts'
import { programStep } from './program-step.ts'

/** The context handed to a function asset or an effect for the partitions of a step. */
export async function materializeContext(
  env: AttemptEnvironment,
  key: string,
  ordinals: readonly number[],
): Promise<MaterializeContext> {
  const { space } = env.state.asset(key)
  const [ordinal] = ordinals as [number, ...number[]]
  const partitions = ordinals.map((each) => partitionOf(space, each))
  const partition = partitions[0]!
  const seq = env.state.asset(key).record(ordinal)?.current?.seq
  const current = seq === undefined ? undefined : (await detailsOf(env, [seq]))(seq)
  const engine = {
    command: async (...args: Parameters<MaterializeContext['warehouse']['command']>) =>
      (await env.stores.warehouse()).command(...args),
    rows: async <T>(...args: Parameters<MaterializeContext['warehouse']['rows']>) =>
      (await env.stores.warehouse()).rows<T>(...args),
    bytes: async (...args: Parameters<MaterializeContext['warehouse']['bytes']>) =>
      (await env.stores.warehouse()).bytes(...args),
  }
  const context: Omit<MaterializeContext, 'runProgram'> = {
    partition,
    partitions,
    inputs: await openInputs(env, key, ordinals),
    warehouse: engine,
    resources: env.resources,
    log: env.log,
    signal: env.signal,
    now: env.now,
    runId: env.runId,
    addPartitions: env.keys.add,
    removePartitions: env.keys.remove,
    previous: current && {
      partition: partition.key,
      dataVersion: current.dataVersion,
      metadata: current.metadata,
      bytes: async () => {
        const { location } = current
        if (location.kind !== 'objects')
          throw new Error(`${key}@${partition.key} is stored as '${location.kind}', not as bytes`)
        return (await env.stores.objects()).get(location.object)
      },
      value: () => {
        const { location } = current
        if (location.kind !== 'value')
          throw new Error(`${key}@${partition.key} is stored as '${location.kind}', not as a value`)
        return location.value
      },
      address: async () => {
        const { location } = current
        if (location.kind !== 'objects')
          throw new Error(`${key}@${partition.key} is stored as '${location.kind}', and has no address`)
        return (await env.stores.objects()).address(location.object)
      },
    },
  }
  return { ...context, runProgram: (spec) => runProgram(programStep(env, key, context), spec) }
}
