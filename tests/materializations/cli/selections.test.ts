import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FEED } from './shop.ts'
import { openShop, type ShopCli } from './shop-cli.ts'

let shop: ShopCli
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: shop.project.root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })

beforeAll(async () => {
  shop = await openShop()
  git('init', '-q', '-b', 'main')
  await writeFile(join(shop.project.root, '.gitignore'), 'home\nnode_modules\n')
  git('add', '.')
  git('commit', '-qm', 'first')
})
afterAll(() => shop.remove())

const keys = async (selection: string) =>
  (await shop.json<{ key: string }[]>(['status', selection])).map(({ key }) => key).sort()

describe('by recorded state', () => {
  test('before anything was made, all that can be made is missing', async () => {
    const missing = ['features/spend', 'models/limit', 'raw/orders', 'reports/daily', 'scores/mart']
    expect(await keys('status:missing and not is:external')).toEqual(expect.arrayContaining(missing))
    expect(await keys('status:missing and partitions:none')).toEqual(['models/limit'])
    const { code, err } = await shop.run(['status', 'status:failed'])
    expect(code).toBe(2)
    expect(err).toContain("Nothing is selected by 'status:failed'")
    expect(err).toContain('No asset is failed now; see `ottok status`.')
  })

  test('what failed is found, mended and fresh', async () => {
    await shop.setFeed({ ...FEED, '2026-03-03': 'boom' })
    expect((await shop.run(['materialize', 'raw/orders'])).code).toBe(1)
    expect(await keys('status:failed')).toEqual(['raw/orders'])
    expect(await keys('status:failed+ and is:sql')).toEqual(['features/spend'])
    const plan = await shop.json<{ steps: { key: string; partitions: string[] }[] }>(['plan', 'status:failed'])
    expect(plan.steps.map(({ key }) => key)).toEqual(['raw/orders'])
    await shop.setFeed(FEED)
    const run = await shop.json<{ steps: { key: string; partition: string }[] }>(['materialize', 'status:failed'])
    expect(run.steps.map(({ key, partition }) => `${key}@${partition}`)).toEqual(['raw/orders@2026-03-03'])
    expect(await keys('status:fresh and is:materializable')).toEqual(['raw/orders'])
  })

  test('every command that takes a selection takes it', async () => {
    const listed = await shop.json<{ key: string }[]>(['assets', 'status:fresh and raw/*'])
    expect(listed.map(({ key }) => key)).toEqual(['raw/orders'])
    const verified = await shop.json<{ key: string; ok: boolean }[]>(['verify', 'status:fresh and raw/*'])
    expect(new Set(verified.map(({ key }) => key))).toEqual(new Set(['raw/orders']))
    expect(verified.every(({ ok }) => ok)).toBe(true)
    const observed = await shop.json<{ key: string }[]>(['observe', 'is:external'])
    expect(new Set(observed.map(({ key }) => key))).toEqual(new Set(['feed/orders']))
    const accepted = await shop.json<{ accepted: number }>(['accept', 'status:fresh and raw/*', '--reason', 'a test'])
    expect(accepted.accepted).toBe(0)
  })
})

describe('by what a revision changed', () => {
  test('nothing changed is an error that says so', async () => {
    const { code, err } = await shop.run(['plan', 'changed:main'])
    expect(code).toBe(2)
    expect(err).toContain("No asset differs from 'main'.")
  })

  test('changed code selects its assets alone; + takes what is downstream', async () => {
    const file = join(shop.project.root, 'limit.ts')
    await writeFile(file, (await readFile(file, 'utf8')).replace('15', '16'))
    const assets = async (selection: string) =>
      (await shop.json<{ key: string }[]>(['assets', selection])).map(({ key }) => key)
    expect(await assets('changed:main')).toEqual(['models/limit'])
    expect(await assets('changed:main+')).toEqual(['models/limit', 'scores/mart', 'delivery/mail'])
    expect(await keys('changed:HEAD and status:missing')).toEqual(['models/limit'])
    const plan = await shop.json<{ steps: { key: string }[] }>(['plan', 'changed:main'])
    expect(plan.steps.map(({ key }) => key)).toEqual(['models/limit'])
  })

  test('a revision that git does not know', async () => {
    const { code, err } = await shop.run(['status', 'changed:nowhere'])
    expect(code).toBe(2)
    expect(err).toContain("cannot compare with the revision 'nowhere'")
  })
})

test('a mistake is shown with a caret, and what to write instead', async () => {
  const { code, err } = await shop.run(['status', 'raw/* or tga:daily'])
  expect(code).toBe(2)
  expect(err).toBe(
    [
      "error: The selection cannot be read: there is no attribute 'tga'",
      '  raw/* or tga:daily',
      '           ^',
      'cause: The expression breaks the grammar.',
      'mend:  Did you mean tag:? The attributes are key, tag, owner, group, kind, is, partitions, status, changed.',
      '',
    ].join('\n'),
  )
})
