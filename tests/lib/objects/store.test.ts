import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OttokError, type S3Settings } from '../../../lib/config/index.ts'
import { type ObjectStore, openObjects } from '../../../lib/objects/index.ts'
import { openWarehouse, type Warehouse } from '../../../lib/warehouse/index.ts'
import { type S3Server, startS3Server } from '../../standins/s3-server.ts'

let server: S3Server
let s3: S3Settings
let warehouse: Warehouse
let home: string

beforeAll(async () => {
  server = await startS3Server()
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = server
  s3 = { endpoint, bucket, region, accessKeyId, secretAccessKey }
  home = await mkdtemp(join(tmpdir(), 'ottok-objects-'))
  warehouse = await openWarehouse({ home, environment: 'test', maxMemory: 500_000_000 })
})

afterAll(async () => {
  await warehouse.close()
  await server.stop()
  await rm(home, { recursive: true, force: true })
})

const kinds: [string, (environment: string) => Promise<ObjectStore>][] = [
  ['a folder', (environment) => openObjects({ home, environment })],
  ['S3', (environment) => openObjects({ home, environment, s3 })],
]

async function collect(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

describe.each(kinds)('objects in %s', (_name, open) => {
  let store: ObjectStore
  beforeAll(async () => {
    store = await open('test')
  })

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['a little', Buffer.from('é\0\n')],
    ['12 MB', randomBytes(12_000_000)],
  ])('%s comes back as it went in', async (name, content) => {
    const key = `back/${name}`
    const put = await store.put(key, content)
    expect(put).toMatchObject({ key, size: content.length })
    expect(put.etag).toMatch(/.+/)
    expect(Buffer.from(await store.get(key)).equals(content)).toBe(true)
    expect(await store.head(key)).toEqual(put)
    const chunks: Buffer[] = []
    for await (const chunk of await store.stream(key)) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).equals(content)).toBe(true)
  })

  test('a stream of unknown length is stored whole', async () => {
    const part = randomBytes(1_000_000)
    const content = Readable.from(Array.from({ length: 14 }, () => part))
    expect((await store.put('streamed', content)).size).toBe(14_000_000)
    expect(
      Buffer.from(await store.get('streamed'))
        .subarray(13_000_000)
        .equals(part),
    ).toBe(true)
  })

  test('a stream that breaks stores nothing and keeps what was there', async () => {
    await store.put('broken', Buffer.from('before'))
    async function* breaking() {
      yield Buffer.from('half')
      throw new Error('the source broke')
    }
    await expect(store.put('broken', Readable.from(breaking()))).rejects.toThrow('the source broke')
    expect(Buffer.from(await store.get('broken')).toString()).toBe('before')
    expect(await collect(store, 'broken')).toEqual(['broken'])
  })

  test('the etag changes with the content', async () => {
    const first = await store.put('etag', Buffer.from('one'))
    const second = await store.put('etag', Buffer.from('two'))
    expect(second.etag).not.toBe(first.etag)
    expect((await store.head('etag'))?.etag).toBe(second.etag)
  })

  test('listing is by prefix, in key order, and may be empty', async () => {
    for (const key of ['list/a-b/1', 'list/a/2', 'list/a/10', 'list/b', 'listing'])
      await store.put(key, Buffer.from(key))
    expect(await collect(store, 'list/')).toEqual(['list/a-b/1', 'list/a/10', 'list/a/2', 'list/b'])
    expect(await collect(store, 'list/a/1')).toEqual(['list/a/10'])
    expect(await collect(store, 'lis')).toEqual(['list/a-b/1', 'list/a/10', 'list/a/2', 'list/b', 'listing'])
    expect(await collect(store, 'none/')).toEqual([])
  })

  test('what is absent is undefined to look at, an error to read, nothing to delete', async () => {
    expect(await store.head('absent/x')).toBeUndefined()
    await expect(store.get('absent/x')).rejects.toThrow(OttokError)
    await expect(store.stream('absent/x')).rejects.toThrow('no such object')
    await store.delete('absent/x')
    await store.put('gone', Buffer.from('x'))
    await store.delete('gone')
    expect(await store.head('gone')).toBeUndefined()
  })

  test.each(['../up', 'a/../../b', '/abs', 'a//b', '', 'a/./b', 'a\\b', 'a{b', 'a*', 'nul\0'])(
    'the key %j is refused',
    async (key) => {
      await expect(store.put(key, Buffer.from('x'))).rejects.toThrow('not an object key')
      await expect(store.get(key)).rejects.toThrow('not an object key')
    },
  )

  test('environments keep apart, each with an identity that stays', async () => {
    const other = await open('other')
    await store.put('shared/name', Buffer.from('mine'))
    expect(await collect(other, '')).toEqual([])
    const [id, again, others] = [await store.storeId(), await (await open('test')).storeId(), await other.storeId()]
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(again).toBe(id)
    expect(others).not.toBe(id)
    const fresh = await Promise.all(Array.from({ length: 5 }, () => open('fresh')))
    expect(new Set(await Promise.all(fresh.map((one) => one.storeId()))).size).toBe(1)
    expect(await collect(other, '')).toEqual([])
  })

  test('the warehouse reads exactly the objects named', async () => {
    const keys = ['t/day=2026-01-01/a.parquet', "t/day=2026-01-02/it's.parquet", 't/c.parquet']
    for (const [i, key] of keys.entries()) {
      await store.put(key, await warehouse.bytes(`SELECT number + ${i * 10} AS n FROM numbers(2)`, 'Parquet'))
    }
    const read = (some: string[], structure?: string) =>
      warehouse.rows(`SELECT n FROM ${store.tableFunction(some, 'Parquet', structure)} ORDER BY n`)
    expect(await read(keys.slice(0, 1))).toEqual([{ n: '0' }, { n: '1' }])
    expect(await read([keys[0]!, keys[2]!])).toEqual(['0', '1', '20', '21'].map((n) => ({ n })))
    expect(await read(keys, 'n UInt16')).toEqual([0, 1, 10, 11, 20, 21].map((n) => ({ n })))
    expect(() => store.tableFunction([], 'Parquet')).toThrow('no objects')
  })

  test('the address tells people where', () => {
    expect(store.address('a/b')).toMatch(
      store.kind === 's3' ? /^s3:\/\/ottok-tests\/test\/a\/b$/ : /^\/.*\/test\/a\/b$/,
    )
  })
})

describe('a folder', () => {
  test('leaves no temporary files, and shows none of a killed process', async () => {
    const store = await openObjects({ home, environment: 'tidy' })
    await store.put('a', Buffer.from('a'))
    await writeFile(join(home, 'objects/tidy/.tmp-dead'), 'half')
    expect(await collect(store, '')).toEqual(['a'])
    expect(await readdir(join(home, 'objects/tidy'))).toEqual(['.tmp-dead', 'a'])
  })

  test('that cannot be made is told', async () => {
    await expect(openObjects({ home: '/proc/nowhere', environment: 'test' })).rejects.toThrow('OTTOK_HOME')
  })
})

describe('S3', () => {
  test('a bucket that several openings find absent at once is made by one of them, for all', async () => {
    const fresh = { ...s3, bucket: 'found-absent-by-many' }
    const stores = await Promise.all(
      Array.from({ length: 8 }, () => openObjects({ home, environment: 'many', s3: fresh })),
    )
    await stores[0]!.put('one', Buffer.from('1'))
    expect(Buffer.from(await stores[7]!.get('one')).toString()).toBe('1')
  })

  test('refusals name the place and no secret', async () => {
    const wrong = await openObjects({
      home,
      environment: 'test',
      s3: { ...s3, secretAccessKey: 'hunter2-wrong' },
    }).catch((e) => e)
    expect(String(wrong)).toContain(s3.endpoint)
    expect(String(wrong)).not.toContain('hunter2')
    const silent = await openObjects({
      home,
      environment: 'test',
      s3: { ...s3, endpoint: 'http://127.0.0.1:1' },
    }).catch((e) => e)
    expect(silent).toBeInstanceOf(OttokError)
    expect(String(silent)).toContain('127.0.0.1:1')
  })

  test('lists beyond one page', async () => {
    const store = await openObjects({ home, environment: 'pages', s3 })
    const keys = Array.from({ length: 1100 }, (_, i) => `p/${String(i).padStart(4, '0')}`)
    for (let from = 0; from < keys.length; from += 50) {
      await Promise.all(keys.slice(from, from + 50).map((key) => store.put(key, Buffer.from('x'))))
    }
    expect(await collect(store, 'p/')).toEqual(keys)
  })
})
