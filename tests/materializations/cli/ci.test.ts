import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

  it('write Markdown, also to the summary of the job', async () => {
    const summary = join(shop.project.root, 'home', 'summary.md')
    const ran = await shop.run(['ci', 'plan', '--base', 'HEAD', '--allow-embedded'], {
      env: { GITHUB_STEP_SUMMARY: summary },
    })
    expect(ran.code).toBe(0)
    expect(ran.out).toContain('| `features/spend` | 4 | 0 | its code changed')
    expect(await readFile(summary, 'utf8')).toBe(ran.out)
  })

  it('backfill: what differs is remade; unchanged results end there', async () => {
    interface Run {
      status: string
      steps: { key: string; status: string; skippedBecause?: string }[]
    }
    const run = await shop.json<Run>(['ci', 'backfill', '--base', 'HEAD', '--allow-embedded'])
    expect(run.status).toBe('succeeded')
    const became = (key: string) =>
      run.steps.filter((step) => step.key === key).map((step) => step.skippedBecause ?? step.status)
    expect(became('features/spend')).toEqual(Array(4).fill('succeeded'))
    expect(became('scores/mart')).toEqual(Array(4).fill('inputs unchanged'))
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
