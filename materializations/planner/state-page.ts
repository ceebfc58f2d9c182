import { combinedText } from './combined-version.ts'
import type { CurrentVersion, RecordedInput } from './recorded.ts'
import { LANES } from './version-index.ts'

/*
 * What planning reads of a recorded partition, for some partitions of one asset, as one block of bytes: a header in JSON
 * with the texts that repeat, then the numbers, column by column, little-endian and packed. A plan of a million partitions
 * copies columns; it makes no object a partition.
 */

/** One partition of a page. */
export interface PageEntry {
  readonly partition: string
  readonly current: CurrentVersion
}

/** Everything of an input but its numbers; repeated from partition to partition. */
export interface InputDescriptor {
  readonly name: string
  readonly upstream: string
  readonly mapping: string
  readonly keys: readonly string[] | null
}

/** Texts of a page; its numbers refer to them by position. */
export interface PageHeader {
  readonly partitions: readonly string[]
  readonly codes: readonly string[]
  readonly signatures: readonly string[]
  readonly runs: readonly string[]
  readonly inputs: readonly InputDescriptor[]
  /** Inputs of all partitions together. */
  readonly inputCount: number
}

/** Columns in their order: how many numbers an entry (or input) has, and of what width. */
const ENTRY_COLUMNS = {
  seq: { type: 'f64', each: 1 },
  madeAt: { type: 'f64', each: 1 },
  asOf: { type: 'f64', each: 1 },
  hash: { type: 'u32', each: LANES },
  run: { type: 'u32', each: 1 },
  code: { type: 'u32', each: 1 },
  signature: { type: 'u32', each: 1 },
  inputs: { type: 'u32', each: 1 },
} as const

const INPUT_COLUMNS = {
  descriptor: { type: 'u32', each: 1 },
  from: { type: 'f64', each: 1 },
  to: { type: 'f64', each: 1 },
  count: { type: 'u32', each: 1 },
  version: { type: 'u32', each: LANES },
  asOfSeq: { type: 'f64', each: 1 },
  restated: { type: 'u32', each: 1 },
} as const

const WIDTH = { f64: 8, u32: 4 } as const

export type EntryColumn = keyof typeof ENTRY_COLUMNS
export type InputColumn = keyof typeof INPUT_COLUMNS

/** A page's header, and where its columns lie. */
export interface Page {
  readonly header: PageHeader
  /** Bytes of a column, packed as in `allocate`d arrays of it. */
  readonly entries: (column: EntryColumn) => Uint8Array
  readonly inputs: (column: InputColumn) => Uint8Array
}

type Layout = Readonly<Record<string, { readonly type: 'f64' | 'u32'; readonly each: number }>>

type Columns<L extends Layout> = {
  readonly [Name in keyof L]: L[Name]['type'] extends 'f64' ? Float64Array : Uint32Array
}

/** Typed arrays that columns are copied into, byte by byte. */
export type EntryColumns = Columns<typeof ENTRY_COLUMNS>
export type InputColumns = Columns<typeof INPUT_COLUMNS>

export function allocateEntries(count: number): EntryColumns {
  return allocate(ENTRY_COLUMNS, count)
}

export function allocateInputs(count: number): InputColumns {
  return allocate(INPUT_COLUMNS, count)
}

function allocate<L extends Layout>(columns: L, count: number): Columns<L> {
  const made = Object.entries(columns).map(([name, { type, each }]) => [
    name,
    type === 'f64' ? new Float64Array(count * each) : new Uint32Array(count * each),
  ])
  return Object.fromEntries(made) as Columns<L>
}

/** Reads the header; columns are looked at when asked for. */
export function openPage(bytes: Uint8Array): Page {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = 4 + buffer.readUInt32LE(0)
  const header = JSON.parse(buffer.toString('utf8', 4, start)) as PageHeader
  const entryCount = header.partitions.length
  const entriesEnd = start + bytesOf(ENTRY_COLUMNS, entryCount)
  return {
    header,
    entries: (column) => slice(bytes, ENTRY_COLUMNS, column, start, entryCount),
    inputs: (column) => slice(bytes, INPUT_COLUMNS, column, entriesEnd, header.inputCount),
  }
}

function bytesOf(columns: Layout, count: number): number {
  return Object.values(columns).reduce((sum, { type, each }) => sum + WIDTH[type] * each * count, 0)
}

function slice(bytes: Uint8Array, columns: Layout, wanted: string, start: number, count: number): Uint8Array {
  let at = start
  for (const [name, { type, each }] of Object.entries(columns)) {
    const size = WIDTH[type] * each * count
    if (name === wanted) return bytes.subarray(at, at + size)
    at += size
  }
  throw new Error(`unreachable: a page has no column '${wanted}'`)
}

/** Writes a page; entries keep their order. */
export function encodePage(entries: readonly PageEntry[]): Uint8Array {
  const codes = new Texts()
  const signatures = new Texts()
  const runs = new Texts()
  const descriptors = new Texts()
  const inputCount = entries.reduce((sum, { current }) => sum + current.inputs.length, 0)
  const numbers = allocateEntries(entries.length)
  const inputs = allocateInputs(inputCount)
  let input = 0
  entries.forEach(({ current }, i) => {
    numbers.seq[i] = current.seq
    numbers.madeAt[i] = current.madeAt.getTime()
    numbers.asOf[i] = current.asOf.getTime()
    numbers.hash.set(current.hash, i * LANES)
    numbers.run[i] = runs.place(current.runId)
    numbers.code[i] = codes.place(current.codeVersion)
    numbers.signature[i] = signatures.place(current.partitionsSignature)
    numbers.inputs[i] = current.inputs.length
    for (const one of current.inputs) {
      const { name, upstream, mapping, box } = one
      inputs.descriptor[input] = descriptors.place(JSON.stringify({ name, upstream, mapping, keys: box.keys }))
      inputs.from[input] = box.from
      inputs.to[input] = box.to
      writeVersion(one.version, inputs, input)
      inputs.asOfSeq[input] = one.asOfSeq
      inputs.restated[input] = one.restated ? 1 : 0
      input++
    }
  })
  const header: PageHeader = {
    partitions: entries.map((entry) => entry.partition),
    codes: codes.texts,
    signatures: signatures.texts,
    runs: runs.texts,
    inputs: descriptors.texts.map((text) => JSON.parse(text) as InputDescriptor),
    inputCount,
  }
  const head = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(head.length)
  const columns = [...Object.values(numbers), ...Object.values(inputs)].map(
    (column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
  )
  return Buffer.concat([length, head, ...columns])
}

/** Reads a page as objects: for the few partitions that a record changes. */
export function decodePage(bytes: Uint8Array): PageEntry[] {
  const { header, ...page } = openPage(bytes)
  const numbers = allocateEntries(header.partitions.length)
  const inputs = allocateInputs(header.inputCount)
  for (const [name, column] of Object.entries(numbers)) copyColumn(page.entries(name as EntryColumn), column, 0)
  for (const [name, column] of Object.entries(inputs)) copyColumn(page.inputs(name as InputColumn), column, 0)
  let input = 0
  return header.partitions.map((partition, i) => {
    const first = input
    input += numbers.inputs[i]!
    return {
      partition,
      current: {
        seq: numbers.seq[i]!,
        runId: header.runs[numbers.run[i]!]!,
        madeAt: new Date(numbers.madeAt[i]!),
        asOf: new Date(numbers.asOf[i]!),
        codeVersion: header.codes[numbers.code[i]!]!,
        partitionsSignature: header.signatures[numbers.signature[i]!]!,
        hash: Uint32Array.from(numbers.hash.subarray(i * LANES, (i + 1) * LANES)),
        inputs: Array.from({ length: numbers.inputs[i]! }, (_, j) =>
          inputOf(header.inputs[inputs.descriptor[first + j]!]!, inputs, first + j),
        ),
      },
    }
  })
}

/** One input as an object. */
export function inputOf(descriptor: InputDescriptor, inputs: InputColumns, at: number): RecordedInput {
  const { name, upstream, mapping, keys } = descriptor
  return {
    name,
    upstream,
    mapping,
    box: { from: inputs.from[at]!, to: inputs.to[at]!, keys },
    version: readVersion(inputs, at),
    asOfSeq: inputs.asOfSeq[at]!,
    restated: inputs.restated[at] === 1,
  }
}

/** Copies a packed column to a place (in numbers) of an array. */
export function copyColumn(bytes: Uint8Array, into: Float64Array | Uint32Array, at: number): void {
  new Uint8Array(into.buffer, into.byteOffset + at * into.BYTES_PER_ELEMENT, bytes.byteLength).set(bytes)
}

function writeVersion(version: string, inputs: InputColumns, at: number): void {
  const colon = version.indexOf(':')
  inputs.count[at] = Number(version.slice(0, colon))
  for (let lane = 0; lane < LANES; lane++) {
    const hex = version.slice(colon + 1 + lane * 8, colon + 9 + lane * 8)
    inputs.version[at * LANES + lane] = Number.parseInt(hex, 16)
  }
}

function readVersion(inputs: InputColumns, at: number): string {
  return combinedText(inputs.count[at]!, inputs.version.subarray(at * LANES, (at + 1) * LANES))
}

class Texts {
  readonly texts: string[] = []
  readonly #places = new Map<string, number>()

  place(text: string): number {
    const known = this.#places.get(text)
    if (known !== undefined) return known
    this.#places.set(text, this.texts.length)
    return this.texts.push(text) - 1
  }
}
