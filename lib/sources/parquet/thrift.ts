/**
 * The part of Thrift's compact protocol that Parquet's page headers and footer need.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
const KIND = { true: 1, false: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const

export type ThriftValue =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'i32' | 'i64'; readonly value: number }
  | { readonly kind: 'binary'; readonly value: string }
  | { readonly kind: 'struct'; readonly value: ThriftStruct }
  | { readonly kind: 'list'; readonly of: 'i32' | 'binary' | 'struct'; readonly value: readonly ThriftValue[] }

/** Field id -> value; ids must be given in rising order. */
export type ThriftStruct = readonly (readonly [id: number, value: ThriftValue])[]

export const i32 = (value: number): ThriftValue => ({ kind: 'i32', value })
export const i64 = (value: number): ThriftValue => ({ kind: 'i64', value })
export const bool = (value: boolean): ThriftValue => ({ kind: 'bool', value })
export const binary = (value: string): ThriftValue => ({ kind: 'binary', value })
export const struct = (value: ThriftStruct): ThriftValue => ({ kind: 'struct', value })
export const list = (of: 'i32' | 'binary' | 'struct', value: readonly ThriftValue[]): ThriftValue => ({
  kind: 'list',
  of,
  value,
})

/** Appends `value` as an unsigned LEB128 integer. Exact up to 2^53. */
export function pushVarint(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
}

/** The bytes of one struct, its stop byte included. */
export function encodeStruct(fields: ThriftStruct): Uint8Array {
  const bytes: number[] = []
  pushStruct(bytes, fields)
  return Uint8Array.from(bytes)
}

function pushStruct(bytes: number[], fields: ThriftStruct): void {
  let last = 0
  for (const [id, value] of fields) {
    bytes.push(((id - last) << 4) | kindOf(value))
    last = id
    if (value.kind !== 'bool') pushValue(bytes, value)
  }
  bytes.push(0)
}

function kindOf(value: ThriftValue): number {
  return value.kind === 'bool' ? (value.value ? KIND.true : KIND.false) : KIND[value.kind]
}

function pushValue(bytes: number[], value: ThriftValue): void {
  switch (value.kind) {
    case 'bool':
      bytes.push(value.value ? KIND.true : KIND.false)
      return
    case 'i32':
    case 'i64':
      // Zigzag of a value that is never negative here.
      pushVarint(bytes, value.value * 2)
      return
    case 'binary': {
      const text = Buffer.from(value.value, 'utf8')
      pushVarint(bytes, text.length)
      for (const byte of text) bytes.push(byte)
      return
    }
    case 'struct':
      pushStruct(bytes, value.value)
      return
    case 'list': {
      const size = value.value.length
      if (size < 15) bytes.push((size << 4) | KIND[value.of])
      else {
        bytes.push(0xf0 | KIND[value.of])
        pushVarint(bytes, size)
      }
      for (const item of value.value) pushValue(bytes, item)
    }
  }
}
