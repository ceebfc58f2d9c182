import { writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { OttokError } from '../../lib/config/index.ts'
import type { Input, InputForm, InputPartition, ProgramSpec } from '../../lib/graph/index.ts'
import type { ProgramStep, UpstreamKind } from './step.ts'

/** One upstream partition as the program is told of it. */
interface PartitionForProgram {
  readonly partition: string
  readonly dataVersion: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** Of a value asset. */
  readonly value?: unknown
  /** Of an object: a path, or an `s3://` address. */
  readonly address?: string
  /** Path of the copy that was asked for. */
  readonly file?: string
}

export interface InputForProgram {
  readonly asset: string
  readonly partitions: readonly PartitionForProgram[]
  /** Path of the exported rows of all partitions. */
  readonly file?: string
  readonly format?: InputForm
}

const ENGINE_FORMATS = { csv: 'CSVWithNames', jsonl: 'JSONEachRow', parquet: 'Parquet' } as const

/**
 * Describes the inputs of a step for its program, and writes those that it wants as files into `folder`.
 * @throws OttokError for an input that does not exist, or has no such form
 */
export async function inputsForProgram(
  step: ProgramStep,
  spec: ProgramSpec,
  folder: string,
): Promise<Record<string, InputForProgram>> {
  const { inputs } = step.context
  const unknown = Object.keys(spec.inputs ?? {}).find((name) => !(name in inputs))
  if (unknown !== undefined) {
    throw new OttokError({
      what: `cannot start the program of '${step.key}'`,
      cause: `It wants its input '${unknown}' as ${spec.inputs![unknown]}, and has no such input.`,
      mend: `Its inputs are ${Object.keys(inputs).join(', ') || 'none'}; name one of them, or add it to \`deps\`.`,
    })
  }
  const described: Record<string, InputForProgram> = {}
  for (const [name, input] of Object.entries(inputs)) {
    const form = spec.inputs?.[name]
    const kind = step.upstreams[name]!
    if (form === undefined) described[name] = await asStored(input, kind)
    else if (form === 'file') described[name] = await asCopies(step, name, input, kind, folder)
    else described[name] = await asExport(step, input, form, join(folder, `${name}.${form}`))
  }
  return described
}

async function asStored(input: Input, kind: UpstreamKind): Promise<InputForProgram> {
  const partitions: PartitionForProgram[] = []
  for (const one of input.partitions) {
    partitions.push({
      ...versionOf(one),
      ...(kind === 'value' && { value: one.value() }),
      ...(kind === 'objects' && { address: await one.address() }),
    })
  }
  return { asset: input.key, partitions }
}

async function asCopies(
  step: ProgramStep,
  name: string,
  input: Input,
  kind: UpstreamKind,
  folder: string,
): Promise<InputForProgram> {
  if (kind !== 'objects') {
    throw new OttokError({
      what: `cannot start the program of '${step.key}'`,
      cause: `It wants its input '${name}' as file, and '${input.key}' is stored as '${kind}'.`,
      mend: "Only objects are files; ask for tables as 'csv', 'jsonl' or 'parquet', and leave values out.",
    })
  }
  const partitions: PartitionForProgram[] = []
  for (const [i, one] of input.partitions.entries()) {
    const address = await one.address()
    const file = join(folder, `${name}-${i}${extname(address)}`)
    await writeFile(file, await one.bytes())
    partitions.push({ ...versionOf(one), address, file })
  }
  return { asset: input.key, partitions }
}

async function asExport(
  { context }: ProgramStep,
  input: Input,
  form: keyof typeof ENGINE_FORMATS,
  file: string,
): Promise<InputForProgram> {
  // `table` throws what is wrong when it is no table.
  const rows = await context.warehouse.bytes(`SELECT * FROM ${input.table}`, ENGINE_FORMATS[form], {
    signal: context.signal,
  })
  await writeFile(file, rows)
  return { asset: input.key, partitions: input.partitions.map(versionOf), file, format: form }
}

function versionOf({ partition, dataVersion, metadata }: InputPartition): PartitionForProgram {
  return { partition, dataVersion, metadata }
}
