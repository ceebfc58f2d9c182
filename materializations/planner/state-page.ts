import { combinedText } from './combined-version.ts'
import type { CurrentVersion, RecordedInput } from './recorded.ts'
import { LANES } from './version-index.ts'

/*
 * What planning reads of a recorded partition, for some partitions of one asset, as one block of bytes: lengths and a
 * count, the texts that repeat (JSON), the partitions' keys (one a line), then the numbers, column by column, little-endian and
 * packed. A plan of a million partitions copies columns; it makes no object a partition.
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

/** Texts that the numbers of a page refer to by position. */
export interface PageTexts {
  readonly codes: readonly string[]
  readonly signatures: readonly string[]
  readonly runs: readonly string[]
  /** Input descriptors in JSON. */
  readonly inputs: readonly string[]
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

/** Bytes of all columns of one entry, and of one input. */
const ENTRY_BYTES = bytesOf(ENTRY_COLUMNS)
const INPUT_BYTES = bytesOf(INPUT_COLUMNS)

function bytesOf(columns: Layout): number {
  return Object.values(columns).reduce((sum, { type, each }) => sum + WIDTH[type] * each, 0)
}

/** A page whose columns were not looked at yet. */
export interface Page {
  readonly bytes: Buffer
  /** `PageTexts` in JSON. */
  readonly texts: string
  /** Keys of the partitions, one a line. */
  readonly keys: string
  readonly partitionCount: number
  /** Inputs of all partitions together. */
  readonly inputCount: number
  /** Where the columns begin. */
  readonly start: number
}

export function openPage(content: Uint8Array): Page {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  const textsEnd = 12 + bytes.readUInt32LE(0)
  const start = textsEnd + bytes.readUInt32LE(4)
  const partitionCount = bytes.readUInt32LE(8)
  return {
    bytes,
    texts: bytes.toString('utf8', 12, textsEnd),
    keys: bytes.toString('utf8', textsEnd, start),
    partitionCount,
    inputCount: (bytes.length - start - partitionCount * ENTRY_BYTES) / INPUT_BYTES,
    start,
  }
}

/** Where a page's columns are copied to: the arrays of both kinds as bytes, in the order of the layout. */
export interface Target {
  readonly entries: readonly ColumnBytes[]
  readonly inputs: readonly ColumnBytes[]
}

interface ColumnBytes {
  readonly bytes: Uint8Array
  /** Bytes of one entry or input. */
  readonly each: number
}

export function targetOf(entries: EntryColumns, inputs: InputColumns): Target {
  return { entries: columnBytes(ENTRY_COLUMNS, entries), inputs: columnBytes(INPUT_COLUMNS, inputs) }
}

function columnBytes<L extends Layout>(layout: L, columns: Columns<L>): ColumnBytes[] {
  return Object.entries(layout).map(([name, { type, each }]) => {
    const column: Float64Array | Uint32Array = columns[name as keyof L]
    return {
      bytes: new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
      each: WIDTH[type] * each,
    }
  })
}

/** Copies a page's columns to the places of its first entry and first input. */
export function copyPage(page: Page, target: Target, entry: number, input: number): void {
  let at = page.start
  for (const { bytes, each } of target.entries) {
    const size = each * page.partitionCount
    page.bytes.copy(bytes, entry * each, at, at + size)
    at += size
  }
  for (const { bytes, each } of target.inputs) {
    const size = each * page.inputCount
    page.bytes.copy(bytes, input * each, at, at + size)
    at += size
  }
}

/** Writes a page; entries keep their order. */
export function encodePage(entries: readonly PageEntry[]): Uint8Array {
  const codes = new Texts()
  const signatures = new Texts()
  const runs = new Texts()
  const descriptors = new Texts()
  const numbers = allocateEntries(entries.length)
  const inputs = allocateInputs(entries.reduce((sum, { current }) => sum + current.inputs.length, 0))
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
    for (const { name, upstream, mapping, box, version, asOfSeq, restated } of current.inputs) {
      inputs.descriptor[input] = descriptors.place(JSON.stringify({ name, upstream, mapping, keys: box.keys }))
      inputs.from[input] = box.from
      inputs.to[input] = box.to
      writeVersion(version, inputs, input)
      inputs.asOfSeq[input] = asOfSeq
      inputs.restated[input] = restated ? 1 : 0
      input++
    }
  })
  const texts: PageTexts = {
    codes: codes.texts,
    signatures: signatures.texts,
    runs: runs.texts,
    inputs: descriptors.texts,
  }
  const head = Buffer.from(JSON.stringify(texts))
  const keys = Buffer.from(entries.map((entry) => entry.partition).join('\n'))
  const counts = Buffer.alloc(12)
  counts.writeUInt32LE(head.length, 0)
  counts.writeUInt32LE(keys.length, 4)
  counts.writeUInt32LE(entries.length, 8)
  const target = targetOf(numbers, inputs)
  return Buffer.concat([counts, head, keys, ...[...target.entries, ...target.inputs].map((column) => column.bytes)])
}

/** Reads a page as objects: for the few partitions that a record changes. */
export function decodePage(content: Uint8Array): PageEntry[] {
  const page = openPage(content)
  const texts = JSON.parse(page.texts) as PageTexts
  const descriptors = texts.inputs.map((text) => JSON.parse(text) as InputDescriptor)
  const numbers = allocateEntries(page.partitionCount)
  const inputs = allocateInputs(page.inputCount)
  copyPage(page, targetOf(numbers, inputs), 0, 0)
  let input = 0
  return page.keys.split('\n').map((partition, i) => {
    const first = input
    input += numbers.inputs[i]!
    return {
      partition,
      current: {
        seq: numbers.seq[i]!,
        runId: texts.runs[numbers.run[i]!]!,
        madeAt: new Date(numbers.madeAt[i]!),
        asOf: new Date(numbers.asOf[i]!),
        codeVersion: texts.codes[numbers.code[i]!]!,
        partitionsSignature: texts.signatures[numbers.signature[i]!]!,
        hash: numbers.hash.slice(i * LANES, (i + 1) * LANES),
        inputs: Array.from({ length: numbers.inputs[i]! }, (_, j) =>
          inputOf(descriptors[inputs.descriptor[first + j]!]!, inputs, first + j),
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
    version: combinedText(inputs.count[at]!, inputs.version.subarray(at * LANES, (at + 1) * LANES)),
    asOfSeq: inputs.asOfSeq[at]!,
    restated: inputs.restated[at] === 1,
  }
}

function writeVersion(version: string, inputs: InputColumns, at: number): void {
  const colon = version.indexOf(':')
  inputs.count[at] = Number(version.slice(0, colon))
  for (let lane = 0; lane < LANES; lane++) {
    const hex = version.slice(colon + 1 + lane * 8, colon + 9 + lane * 8)
    inputs.version[at * LANES + lane] = Number.parseInt(hex, 16)
  }
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
