import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BackfillReport } from '../../../materializations/backfills/report.ts'
import { SHOP } from './shop.ts'
import { openShop, type ShopCli } from './shop-cli.ts'

let shop: ShopCli

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'init.defaultBranch=main']
  return execFileSync('git', ['-C', shop.project.root, ...identity, ...args], { encoding: 'utf8' }).trim()
}

beforeAll(async () => {
  shop = await openShop()
  await shop.project.write({ '.gitignore': 'home\nnode_modules\n' })
  git('init')
  git('add', '.')
  git('commit', '-m', 'first')
})

afterAll(() => shop.remove())

describe('ci plan and ci backfill', () => {
  it('refuse an embedded or an empty lineage', async () => {
    const ran = await shop.run(['ci', 'plan', '--base', 'HEAD'])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('--allow-embedded')
  })

  it('say that nothing differs', async () => {
    await shop.json(['materialize'])
    const plan = await shop.json(['ci', 'plan', '--base', 'HEAD', '--allow-embedded', '--check'])
    expect(plan).toMatchObject({ base: git('rev-parse', 'HEAD'), changed: { code: [], new: [] }, steps: [] })
  })

  it('plan what an edit of logic remakes: proven, and possible downstream', async () => {
    await shop.project.write({
      'assets.ts': SHOP['assets.ts']!.replace('sum(amount) AS spent', 'sum(amount) + 0 AS spent'),
    })
    const plan = await shop.json<{ steps: unknown[] }>(
      ['ci', 'plan', '--base', 'HEAD', '--allow-embedded', '--check'],
      { code: 3 },
    )
    expect(plan).toMatchObject({
      changed: { code: ['features/spend'], deps: [], new: [], removed: [], partitions: [] },
    })
    expect(plan.steps).toHaveLength(3)
    expect(plan.steps).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          key: 'features/spend',
          proven: { count: 4, ranges: '2026-03-01..2026-03-04' },
          causes: [expect.objectContaining({ kind: 'code', count: 4 })],
        }),
        expect.objectContaining({ key: 'scores/mart', proven: { count: 0, ranges: '' } }),
        expect.objectContaining({ key: 'reports/daily', possible: { count: 4, ranges: '2026-03-01..2026-03-04' } }),
      ]),
    )
  })

  it('write text, or Markdown, which also goes to the summary of the job', async () => {
    const summary = join(shop.project.root, 'home', 'summary.md')
    const args = ['ci', 'plan', '--base', 'HEAD', '--allow-embedded']
    const text = await shop.run(args, { env: { GITHUB_STEP_SUMMARY: summary } })
    expect(text.code).toBe(0)
    expect(text.out).toMatch(/^ASSET +TO MAKE +POSSIBLE +PARTITIONS +TIME +BECAUSE\nfeatures\/spend +4 +0 /m)
    const markdown = await shop.run([...args, '--markdown'])
    expect(markdown.out).toMatch(
      /\| `features\/spend` \| 4 \| 0 \| 2026-03-01\.\.2026-03-04 \| [\d.]+ m?s \| its code changed/,
    )
    expect(await readFile(summary, 'utf8')).toBe(markdown.out)
  })

  it('backfill: what differs is remade; unchanged results end there; no effect acts', async () => {
    const done = await shop.json<BackfillReport>(['ci', 'backfill', '--base', 'HEAD', '--allow-embedded'])
    expect(done).toMatchObject({ status: 'completed', counts: { wanted: 12, made: 4, unchanged: 8, failed: 0 } })
    expect(done.selection).toBe(`what differs from HEAD (${git('rev-parse', 'HEAD').slice(0, 12)})`)
    expect(done.assets.map(({ key, made, unchanged }) => [key, made, unchanged]).sort()).toEqual([
      ['features/spend', 4, 0],
      ['reports/daily', 0, 4],
      ['scores/mart', 0, 4],
    ])
    expect(await shop.json(['ci', 'plan', '--base', 'HEAD', '--allow-embedded', '--check'])).toMatchObject({
      steps: [],
    })
  })

  it('an unknown revision', async () => {
    const ran = await shop.run(['ci', 'plan', '--base', 'nowhere', '--allow-embedded'])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain("'nowhere'")
  })
})
