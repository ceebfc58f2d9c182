import { expect, it } from 'vitest'
import { asset, defineGraph, fixed, value } from '../../../lib/graph/index.ts'
import { parseVersionAddress } from '../../../materializations/operations/lineage-address.ts'

const materialize = async () => ({ kind: 'value' as const, value: 1 })
const graph = defineGraph({
  assets: [
    asset({ key: 'a/one', store: value, materialize }),
    asset({ key: 'a/many', store: value, partitions: fixed('week#1', 'plain'), materialize }),
  ],
})

it.each([
  ['a/one', { key: 'a/one' }],
  ['a/one#12', { key: 'a/one', seq: 12 }],
  ['a/many@plain', { key: 'a/many', partition: 'plain' }],
  ['a/many@plain#12', { key: 'a/many', partition: 'plain', seq: 12 }],
  ['a/many@week#1', { key: 'a/many', partition: 'week#1' }],
  ['a/many@week#1#12', { key: 'a/many', partition: 'week#1', seq: 12 }],
  ['a/many@week#2', { key: 'a/many', partition: 'week', seq: 2 }],
])('%s', (text, address) => {
  expect(parseVersionAddress(graph, text)).toEqual(address)
})
