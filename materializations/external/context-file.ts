import type { Partition, ProgramSpec } from '../../lib/graph/index.ts'
import type { InputForProgram } from './inputs.ts'
import { PROTOCOL } from './messages.ts'
import type { ProgramStep } from './step.ts'

/** What a program reads from the file that OTTOK_CONTEXT names; the fields are described in docs/external-steps.md. */
export function contextText(
  { key, store, columns, environment, context }: ProgramStep,
  spec: ProgramSpec,
  inputs: Readonly<Record<string, InputForProgram>>,
  folder: string,
): string {
  const { partition, partitions, runId, now, previous } = context
  const content = {
    protocol: PROTOCOL,
    asset: key,
    store: store?.kind ?? null,
    columns,
    run: { id: runId, now, environment },
    partition: described(partition),
    partitions: partitions.map(described),
    parameters: spec.parameters ?? null,
    inputs,
    previous: previous
      ? { partition: previous.partition, dataVersion: previous.dataVersion, metadata: previous.metadata }
      : null,
    folder,
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

function described({ key, values, date, window }: Partition) {
  return { key, values, date: date ?? null, window: window ?? null }
}
