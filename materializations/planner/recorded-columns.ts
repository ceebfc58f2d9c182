import type { CurrentVersion } from './recorded.ts'
import {
  allocateEntries,
  allocateInputs,
  copyPage,
  type EntryColumns,
  type InputColumns,
  type InputDescriptor,
  inputOf,
  openPage,
  type Page,
  type PageTexts,
  targetOf,
} from './state-page.ts'
import { LANES } from './version-index.ts'

/** Recorded partitions of any number of assets, column by column; a row is one partition. */
export class RecordedColumns {
  readonly codes: readonly string[]
  readonly signatures: readonly string[]
  readonly descriptors: readonly InputDescriptor[]
  readonly numbers: EntryColumns
  readonly inputs: InputColumns
  /** Inputs of row r are those from `firstInput[r]` to before `firstInput[r + 1]`. */
  readonly firstInput: Uint32Array
  /** The first row of each page, and one past the last row. */
  readonly pageRows: Uint32Array
  /** Keys of each page's partitions, one a line. */
  readonly #keys: readonly string[]
  readonly #runs: readonly string[]

  constructor(contents: readonly Uint8Array[]) {
    const pages = contents.map(openPage)
    this.#keys = pages.map((page) => page.keys)
    this.pageRows = new Uint32Array(pages.length + 1)
    pages.forEach((page, i) => {
      this.pageRows[i + 1] = this.pageRows[i]! + page.partitionCount
    })
    this.numbers = allocateEntries(this.pageRows[pages.length]!)
    this.inputs = allocateInputs(pages.reduce((sum, page) => sum + page.inputCount, 0))
    const texts = new JoinedTexts()
    const target = targetOf(this.numbers, this.inputs)
    let row = 0
    let input = 0
    for (const page of pages) {
      copyPage(page, target, row, input)
      this.#renumber(page, texts.placesOf(page.texts), row, input)
      row += page.partitionCount
      input += page.inputCount
    }
    this.codes = texts.codes.values
    this.signatures = texts.signatures.values
    this.#runs = texts.runs.values
    this.descriptors = texts.inputs.values.map((text) => JSON.parse(text) as InputDescriptor)
    this.firstInput = new Uint32Array(row + 1)
    for (let i = 0; i < row; i++) this.firstInput[i + 1] = this.firstInput[i]! + this.numbers.inputs[i]!
  }

  /** Texts have a place of their own in each page. */
  #renumber(page: Page, places: Places, row: number, input: number): void {
    const { run, code, signature } = this.numbers
    for (let i = row; i < row + page.partitionCount; i++) {
      run[i] = places.runs[run[i]!]!
      code[i] = places.codes[code[i]!]!
      signature[i] = places.signatures[signature[i]!]!
    }
    const { descriptor } = this.inputs
    for (let i = input; i < input + page.inputCount; i++) descriptor[i] = places.inputs[descriptor[i]!]!
  }

  /** Visits the partitions of whole pages, from one's first row to before another's. */
  eachPartition(from: number, to: number, visit: (row: number, partition: string) => void): void {
    for (let page = firstAt(this.pageRows, from); this.pageRows[page]! < to; page++) {
      let row = this.pageRows[page]!
      for (const partition of this.#keys[page]!.split('\n')) visit(row++, partition)
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

/** Position of a number in an ascending list. */
function firstAt(list: Uint32Array, wanted: number): number {
  let low = 0
  let high = list.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** Where the texts of a page went. */
type Places = { readonly [Kind in keyof PageTexts]: readonly number[] }

/** The distinct texts of all pages. Neighbouring pages mostly say the same: what was seen is not parsed again. */
class JoinedTexts {
  readonly codes = new Joined()
  readonly signatures = new Joined()
  readonly runs = new Joined()
  readonly inputs = new Joined()
  #last = ''
  #places: Places = { codes: [], signatures: [], runs: [], inputs: [] }

  placesOf(json: string): Places {
    if (json === this.#last) return this.#places
    const texts = JSON.parse(json) as PageTexts
    this.#last = json
    this.#places = {
      codes: this.codes.join(texts.codes),
      signatures: this.signatures.join(texts.signatures),
      runs: this.runs.join(texts.runs),
      inputs: this.inputs.join(texts.inputs),
    }
    return this.#places
  }
}

class Joined {
  readonly values: string[] = []
  readonly #places = new Map<string, number>()

  join(list: readonly string[]): readonly number[] {
    return list.map((value) => {
      const known = this.#places.get(value)
      if (known !== undefined) return known
      this.#places.set(value, this.values.length)
      return this.values.push(value) - 1
    })
  }
}
