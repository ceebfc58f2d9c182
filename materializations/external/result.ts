import { readFile } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { OttokError } from '../../lib/config/index.ts'
import type { Materialized, OutputFacts, StoreToken } from '../../lib/graph/index.ts'
import type { ResultMessage } from './messages.ts'
import { rowsOfLines } from './rows.ts'
import type { ProgramStep } from './step.ts'

type Part = 'value' | 'file' | 'rows'

const WANTED: Readonly<Record<StoreToken['kind'], Part>> = {
  value: 'value',
  objects: 'file',
  warehouse: 'rows',
  published: 'rows',
}

/**
 * What the asset is made of, from the result that its program sent. Files are read whole, since they are gone with the
 * step's folder.
 * @param cwd what relative paths start from: the folder that the program ran in
 */
export async function materializedOf(
  step: ProgramStep,
  result: ResultMessage | undefined,
  facts: OutputFacts,
  cwd: string,
): Promise<Materialized> {
  if (!step.store) throw new Error(`unreachable: ${step.key} is an effect, of which nothing is stored`)
  const { kind } = step.store
  const wanted = WANTED[kind]
  const sent = result && (Object.keys(result) as (keyof ResultMessage)[]).find((name) => name !== 'type')
  if (!result || sent !== wanted) {
    throw new OttokError({
      what: `the program of '${step.key}' ended ${sent ? `with a ${sent} as its result` : 'without a result'}`,
      cause: `The asset is stored in '${kind}', which wants ${NOUNS[wanted]}.`,
      mend: `Send {"type": "result", "${wanted}": ...}.`,
    })
  }
  if (wanted === 'value') return { kind: 'value', value: result.value, ...facts }
  const path = resolve(cwd, result[wanted]!)
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new OttokError({
      what: `cannot read the result of the program of '${step.key}'`,
      cause: `It named ${path}: ${error instanceof Error ? error.message : String(error)}.`,
      mend: 'Write the file before the result is sent; a relative path starts from the folder the program runs in.',
      underlying: error,
    })
  })
  if (wanted === 'file') return { kind: 'bytes', bytes, ...facts }
  if (extname(path) === '.parquet' && kind === 'warehouse') return { kind: 'parquet', bytes, ...facts }
  if (extname(path) !== '.jsonl') {
    throw new OttokError({
      what: `cannot read the result of the program of '${step.key}'`,
      cause: `It named ${basename(path)} for rows stored in '${kind}'.`,
      mend: 'Write JSON lines into a file named *.jsonl, or, for the warehouse, Parquet into one named *.parquet.',
    })
  }
  return { kind: 'rows', rows: rowsOfLines(step, basename(path), bytes), ...facts }
}

const NOUNS: Readonly<Record<Part, string>> = {
  value: 'a value',
  file: 'the path of a file',
  rows: 'the path of a file of rows',
}
