import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadSettings, OttokError, redactFields, redactor, redactUrl } from '../../../lib/config/index.ts'

async function configFile(name: string, text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'ottok-config-')), name)
  await writeFile(path, text)
  return path
}

async function failure(request: Parameters<typeof loadSettings>[0]): Promise<OttokError> {
  const error = await loadSettings(request).catch((caught: unknown) => caught)
  if (!(error instanceof OttokError)) throw new Error('the settings were accepted')
  return error
}

describe('loadSettings', () => {
  test('has a default for everything', async () => {
    const settings = await loadSettings({ env: {} })
    expect(settings.home).toMatch(/^\/.*\/\.ottok$/)
    expect(settings.environment).toMatch(/^[a-z0-9_]{1,32}$/)
    expect(settings).toMatchObject({ timezone: 'Europe/Moscow', publishLagHours: 6, warehouseMaxMemory: 2 * 1024 ** 3 })
    expect(settings.s3).toBeUndefined()
  })

  test('what is asked wins over the environment, which wins over the file', async () => {
    const path = await configFile('ottok.config.json', '{"home":"/a","environment":"file","timezone":"UTC"}')
    const env = { OTTOK_HOME: '/b', OTTOK_ENV: 'env', OTTOK_CONCURRENCY: '3' }
    const settings = await loadSettings({ environment: 'asked', env, configFile: path })
    expect(settings).toMatchObject({ home: '/b', environment: 'asked', timezone: 'UTC', concurrency: 3 })
  })

  test.each([
    ['ottok.config.ts', 'const hours: number = 4\nexport default { publishLagHours: hours }'],
    ['ottok.config.mjs', 'export default { publishLagHours: 4 }'],
    ['ottok.config.json', '{"publishLagHours":4}'],
  ])('reads %s and leaves nothing beside it', async (name, text) => {
    const path = await configFile(name, text)
    expect((await loadSettings({ env: {}, configFile: path })).publishLagHours).toBe(4)
    expect(await readdir(join(path, '..'))).toEqual([name])
  })

  test('S3 takes its keys from the environment and its place from the file', async () => {
    const path = await configFile('ottok.config.json', '{"s3":{"endpoint":"http://127.0.0.1:9","bucket":"b"}}')
    const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', S3_BUCKET: 'c' }
    expect((await loadSettings({ env, configFile: path })).s3).toEqual({
      endpoint: 'http://127.0.0.1:9',
      bucket: 'c',
      region: 'us-east-1',
      accessKeyId: 'id',
      secretAccessKey: 'secret',
    })
  })

  test('the offers are a path from the working folder on', async () => {
    expect((await loadSettings({ env: { OTTOK_OFFERS: 'my/offers.json' } })).offersFile).toBe(
      join(process.cwd(), 'my/offers.json'),
    )
    expect('offersFile' in (await loadSettings({ env: {} }))).toBe(false)
  })

  test('AWS keys alone choose no S3', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' }
    expect((await loadSettings({ env })).s3).toBeUndefined()
  })

  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['environment', { OTTOK_ENV: 'My-Env' }, /OTTOK_ENV.*a-z/],
    ['database', { DATABASE_URL: 'mysql://u:hunter2@h/d' }, /DATABASE_URL.*postgres:\/\//],
    ['clickhouse', { CLICKHOUSE_URL: 'nonsense hunter2' }, /CLICKHOUSE_URL.*http:\/\//],
    ['time zone', { OTTOK_TIMEZONE: 'Moscow' }, /OTTOK_TIMEZONE.*IANA/],
    ['lag', { OTTOK_PUBLISH_LAG_HOURS: 'six' }, /OTTOK_PUBLISH_LAG_HOURS/],
    ['keys of S3', { S3_BUCKET: 'b', S3_ENDPOINT: 'http://h' }, /AWS_ACCESS_KEY_ID/],
  ])('a wrong %s is named, without its value', async (_name, env, message) => {
    const error = await failure({ env })
    expect(error.exitCode).toBe(2)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('hunter2')
  })

  test('an unknown setting in the file is refused', async () => {
    const path = await configFile('ottok.config.json', '{"databseUrl":"x"}')
    const error = await failure({ env: {}, configFile: path })
    expect(error.message).toContain('databseUrl')
    expect(error.message).toContain('databaseUrl')
  })

  test('pools are read from one variable, and from the file as an object', async () => {
    const env = { OTTOK_POOLS: 'xgboost=1, altcraft=2' }
    expect((await loadSettings({ env })).pools).toEqual({ xgboost: 1, altcraft: 2 })
    const path = await configFile('ottok.config.json', '{"pools":{"xgboost":3}}')
    expect((await loadSettings({ env: {}, configFile: path })).pools).toEqual({ xgboost: 3 })
    for (const wrong of ['xgboost', 'xgboost=', 'xgboost=0', 'xgboost=1=2', 'xgboost=1.5']) {
      const error = await failure({ env: { OTTOK_POOLS: wrong } })
      expect(error).toMatchObject({ exitCode: 2, what: expect.stringContaining('OTTOK_POOLS') })
    }
  })

  test('a missing or broken file is refused', async () => {
    expect((await failure({ env: {}, configFile: '/nowhere/ottok.config.json' })).message).toContain('no such file')
    const broken = await configFile('ottok.config.ts', 'export default {')
    expect((await failure({ env: {}, configFile: broken })).exitCode).toBe(2)
  })
})

test('a redactor hides the secrets of the settings, passwords in addresses, and fields by their name', async () => {
  const env = { DATABASE_URL: 'postgres://u:p%40ss-word@h/d', ALTCRAFT_TOKEN: 'tok-123456' }
  const redact = redactor(await loadSettings({ env }))
  expect(redact('sent tok-123456 to http://me:hidden@host/x as p@ss-word (p%40ss-word)')).toBe(
    'sent *** to http://me:***@host/x as *** (***)',
  )
  expect(redactFields({ apiToken: 'x', rows: 3, place: { password: 'y', url: 'tok-123456' } }, redact)).toEqual({
    apiToken: '***',
    rows: 3,
    place: { password: '***', url: '***' },
  })
})

test('redactUrl hides passwords and secret parameters', () => {
  expect(redactUrl('postgres://u:p%40ss@h:1/d?sslpassword=x&a=b')).toBe('postgres://u:***@h:1/d?sslpassword=***&a=b')
  expect(redactUrl('u:p@nowhere else')).toBe('<not a URL>')
})
