import type { CurrentVersion } from './recorded.ts'
import {
  allocateEntries,
  allocateInputs,
  copyColumn,
  type EntryColumns,
  type InputColumns,
  type InputDescriptor,
  inputOf,
  openPage,
  type Page,
} from './state-page.ts'
import { LANES } from './version-index.ts'

const ENTRY_NAMES = ['seq', 'madeAt', 'asOf', 'hash', 'run', 'code', 'signature', 'inputs'] as const
const INPUT_NAMES = ['descriptor', 'from', 'to', 'count', 'version', 'asOfSeq', 'restated'] as const

/** The recorded partitions of one asset, column by column; a row is one partition. */
export class RecordedColumns {
  readonly partitions: readonly string[]
  readonly codes: readonly string[]
  readonly signatures: readonly string[]
  readonly descriptors: readonly InputDescriptor[]
  readonly numbers: EntryColumns
  readonly inputs: InputColumns
  /** Inputs of row r are those from `firstInput[r]` to before `firstInput[r + 1]`. */
  readonly firstInput: Uint32Array
  readonly #runs: readonly string[]

  constructor(pages: readonly Uint8Array[]) {
    const opened = pages.map(openPage)
    const rows = opened.reduce((sum, { header }) => sum + header.partitions.length, 0)
    const inputCount = opened.reduce((sum, { header }) => sum + header.inputCount, 0)
    this.partitions = opened.length === 1 ? opened[0]!.header.partitions : opened.flatMap((p) => p.header.partitions)
    this.numbers = allocateEntries(rows)
    this.inputs = allocateInputs(inputCount)
    const codes = new Joined<string>((text) => text)
    const signatures = new Joined<string>((text) => text)
    const runs = new Joined<string>((text) => text)
    const descriptors = new Joined<InputDescriptor>((one) => JSON.stringify(one))
    let row = 0
    let input = 0
    for (const page of opened) {
      this.#take(page, row, input)
      const { header } = page
      const [rowEnd, inputEnd] = [row + header.partitions.length, input + header.inputCount]
      renumber(this.numbers.code, row, rowEnd, codes.join(header.codes))
      renumber(this.numbers.signature, row, rowEnd, signatures.join(header.signatures))
      renumber(this.numbers.run, row, rowEnd, runs.join(header.runs))
      renumber(this.inputs.descriptor, input, inputEnd, descriptors.join(header.inputs))
      row = rowEnd
      input = inputEnd
    }
    this.codes = codes.values
    this.signatures = signatures.values
    this.#runs = runs.values
    this.descriptors = descriptors.values
    this.firstInput = new Uint32Array(rows + 1)
    for (let i = 0; i < rows; i++) this.firstInput[i + 1] = this.firstInput[i]! + this.numbers.inputs[i]!
  }

  #take(page: Page, row: number, input: number): void {
    for (const name of ENTRY_NAMES) {
      copyColumn(page.entries(name), this.numbers[name], name === 'hash' ? row * LANES : row)
    }
    for (const name of INPUT_NAMES) {
      copyColumn(page.inputs(name), this.inputs[name], name === 'version' ? input * LANES : input)
    }
  }

  /** One row as an object. */
  version(row: number): CurrentVersion {
    const { numbers } = this
    return {
      seq: numbers.seq[row]!,
      runId: this.#runs[numbers.run[row]!]!,
      madeAt: new Date(numbers.madeAt[row]!),
      asOf: new Date(numbers.asOf[row]!),
      codeVersion: this.codes[numbers.code[row]!]!,
      partitionsSignature: this.signatures[numbers.signature[row]!]!,
      hash: numbers.hash.subarray(row * LANES, (row + 1) * LANES),
      inputs: Array.from({ length: numbers.inputs[row]! }, (_, i) => {
        const at = this.firstInput[row]! + i
        return inputOf(this.descriptors[this.inputs.descriptor[at]!]!, this.inputs, at)
      }),
    }
  }
}

/** The distinct values of several lists, and where each list's values went. */
class Joined<T> {
  readonly values: T[] = []
  readonly #places = new Map<string, number>()
  readonly #identity: (value: T) => string

  constructor(identity: (value: T) => string) {
    this.#identity = identity
  }

  join(list: readonly T[]): readonly number[] {
    return list.map((value) => {
      const id = this.#identity(value)
      const known = this.#places.get(id)
      if (known !== undefined) return known
      this.#places.set(id, this.values.length)
      return this.values.push(value) - 1
    })
  }
}

function renumber(column: Float64Array | Uint32Array, from: number, to: number, places: readonly number[]): void {
  if (places.every((place, i) => place === i)) return
  for (let i = from; i < to; i++) column[i] = places[column[i]!]!
}
