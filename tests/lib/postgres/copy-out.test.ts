import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BinaryCopyParser } from '../../../lib/postgres/copy-out.ts'

const field = fc.option(fc.uint8Array({ maxLength: 6 }))
const table = fc.array(fc.array(field, { maxLength: 3 }), { maxLength: 5 })

function binary(rows: readonly (readonly (Uint8Array | null)[])[]): Buffer {
  const int16 = (value: number) => {
    const bytes = Buffer.alloc(2)
    bytes.writeInt16BE(value)
    return bytes
  }
  const int32 = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(value)
    return bytes
  }
  return Buffer.concat([
    Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'),
    int32(0),
    int32(0),
    ...rows.flatMap((row) => [
      int16(row.length),
      ...row.flatMap((one) => (one ? [int32(one.length), Buffer.from(one)] : [int32(-1)])),
    ]),
    int16(-1),
  ])
}

test('rows come out whole, wherever the stream is cut', () => {
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, size) => {
      const bytes = binary(rows)
      const parser = new BinaryCopyParser()
      for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size))
      expect(parser.rows().map((row) => row.map((one) => one && new Uint8Array(one)))).toEqual(rows)
    }),
  )
})

test('a stream that breaks off, or is something else, is an error', () => {
  const parser = new BinaryCopyParser()
  parser.push(binary([[Buffer.from('x')]]).subarray(0, -3))
  expect(() => parser.rows()).toThrow('ended before its trailer')
  expect(() => new BinaryCopyParser().push(Buffer.from('a,b,c\n1,2,3\n and so on'))).toThrow(
    'not in binary COPY format',
  )
})
