/** Parquet's value encodings: PLAIN, and the RLE / bit-packed hybrid used by levels and dictionary indices. */
import { pushVarint } from './thrift.ts'

/** Bits needed for codes 0 .. `size` - 1; Parquet allows 0, but readers differ there, so at least 1. */
export function bitWidth(size: number): number {
  let width = 1
  while (2 ** width < size) width += 1
  return width
}

/** `count` codes of `width` bits as one bit-packed run (padded with zeros to a multiple of 8 values). */
export function bitPacked(codes: Int32Array, count: number, width: number): Uint8Array {
  const groups = Math.ceil(count / 8)
  const header: number[] = []
  pushVarint(header, groups * 2 + 1)
  const bytes = new Uint8Array(header.length + groups * width)
  bytes.set(header)
  let at = header.length
  let pending = 0
  let bits = 0
  for (let i = 0; i < count; i += 1) {
    pending |= (codes[i] as number) << bits
    bits += width
    // At most 24 + 7 pending bits: the widest code this writer accepts is 24 bits.
    while (bits >= 8) {
      bytes[at] = pending & 255
      at += 1
      pending >>>= 8
      bits -= 8
    }
  }
  if (bits > 0) bytes[at] = pending & 255
  return bytes
}

/** PLAIN 32-bit integers. Throws a RangeError for a value that is none. */
export function plainIntegers(values: Float64Array, count: number): Uint8Array {
  const integers = Int32Array.from(values.subarray(0, count))
  const wrong = integers.findIndex((integer, index) => integer !== values[index])
  if (wrong >= 0) throw new RangeError(`${values[wrong]} is no 32-bit integer.`)
  return new Uint8Array(integers.buffer)
}

/** PLAIN 64-bit integers, exact to 2^53. */
export function plainLongs(values: Float64Array, count: number): Uint8Array {
  const halves = new Int32Array(2 * count)
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as number
    // Two 32-bit halves: ten times cheaper than a BigInt for each value.
    halves[2 * i] = value | 0
    halves[2 * i + 1] = Math.floor(value / 4294967296)
  }
  return new Uint8Array(halves.buffer)
}

/** Growing PLAIN byte arrays: length (4 bytes, little endian) and UTF-8 bytes of each text. */
export class PlainTexts {
  private bytes = Buffer.alloc(4096)
  private size = 0

  push(text: string): void {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    const most = this.size + 4 + 3 * text.length
    if (most > this.bytes.length) this.bytes = Buffer.concat([this.bytes], Math.max(most, this.bytes.length * 2))
    const { bytes } = this
    let at = this.size + 4
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i)
      if (unit > 127) {
        at = this.size + 4 + bytes.write(text, this.size + 4)
        break
      }
      // Short ASCII texts: a loop here is faster than a call into the runtime for each.
      bytes[at] = unit
      at += 1
    }
    bytes.writeUInt32LE(at - this.size - 4, this.size)
    this.size = at
  }

  view(): Uint8Array {
    return this.bytes.subarray(0, this.size)
  }
}
