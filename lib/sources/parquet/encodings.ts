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

/** PLAIN byte arrays: length (4 bytes, little endian) and UTF-8 bytes of each text. */
export function plainTexts(texts: readonly string[]): Uint8Array {
  let size = 0
  for (const text of texts) size += 4 + Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (const text of texts) {
    const length = bytes.write(text, at + 4)
    bytes.writeUInt32LE(length, at)
    at += 4 + length
  }
  return bytes
}

/** PLAIN 64-bit integers. */
export function plainIntegers(values: Float64Array, count: number): Uint8Array {
  const words = new BigInt64Array(count)
  const halves = new Int32Array(words.buffer)
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as number
    // Two 32-bit halves: ten times cheaper than a BigInt for each value.
    halves[2 * i] = value | 0
    halves[2 * i + 1] = Math.floor(value / 4294967296)
  }
  return new Uint8Array(words.buffer)
}
