import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop, type ShopCli } from './shop-cli.ts'

const root = resolve(import.meta.dirname, '../../..')
const page = readFileSync(resolve(root, 'docs/external-steps.md'), 'utf8')
const client = readFileSync(resolve(root, 'materializations/external/python/ottok_step.py'), 'utf8')

/** The first block of that language on the page. */
const block = (language: string) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)![1]!

let shop: ShopCli
beforeAll(async () => {
  shop = await openShop({
    'train/limit.py': block('python'),
    'train/ottok_step.py': client,
    'definitions.ts': `
import { asset, defineGraph, value, warehouse } from 'ottok'
const spend = asset({
  key: 'raw/spend',
  store: warehouse,
  columns: { user_id: 'UInt32', amount: 'Decimal(9, 2)' },
  orderBy: ['user_id'],
  materialize: async () => ({ kind: 'rows', rows: Array.from({ length: 200 }, (_, i) => [i, i / 2]) }),
})
${block('ts')}
export default defineGraph({ assets: [spend, limit] })
`,
  })
})
afterAll(() => shop.remove())

test('the example of the page runs as it is written', async () => {
  const refused = await shop.run(['materialize'])
  expect(refused.out).toContain('It is to be passed the variable FEATURE_STORE_TOKEN, which is not set.')
  process.env.FEATURE_STORE_TOKEN = 'a token of the test'
  try {
    const run = await shop.json<{ status: string }>(['materialize'])
    expect(run.status).toBe('succeeded')
  } finally {
    delete process.env.FEATURE_STORE_TOKEN
  }
  const { nodes } = await shop.json<{ nodes: { key: string; metadata?: unknown }[] }>(['lineage', 'models/limit'])
  expect(nodes.find(({ key }) => key === 'models/limit')!.metadata).toEqual({ users: 200 })
  const checks = await shop.json<{ check: string; passed: boolean }[]>(['checks', 'models/limit'])
  expect(checks).toMatchObject([{ check: 'enough_users', passed: true, detail: '200 users' }])
})
