import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { simulate } from '../../../lib/sources/simulator/index.ts'
import { simulateSmall, smallParameters, temporaryFolder } from './world.ts'

function digests(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const entries = files.map((file) => {
    const path = join(file.parentPath, file.name)
    return [path.slice(folder.length), createHash('sha256').update(readFileSync(path)).digest('hex')] as const
  })
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

describe('threads', () => {
  it('change no byte: none, one, or several that share the shards unevenly', async () => {
    const size = { users: 120, days: 38, seed: 9 }
    const alone = await simulateSmall({ ...size, threads: 0 })
    for (const threads of [1, 3]) {
      const shared = await simulateSmall({ ...size, threads })
      expect(digests(shared.folder), `${threads} threads`).toEqual(digests(alone.folder))
      expect(shared.truth).toEqual(alone.truth)
      expect([shared.rows, shared.bytes]).toEqual([alone.rows, alone.bytes])
    }
  })

  it('that fail end the world with their error, and leave no world.json', async () => {
    const folder = join(temporaryFolder(), 'world')
    const broken = { ...smallParameters, plans: [] }
    const options = { users: 50, days: 40, seed: 1, start: '2026-02-01', timezone: 'Europe/Moscow', threads: 2 }
    await expect(simulate({ ...options, out: folder, parameters: broken })).rejects.toThrow(TypeError)
    expect(readdirSync(folder)).not.toContain('world.json')
  })
})

describe('a seed', () => {
  it('gives the same bytes, truth included; another seed gives other ones', async () => {
    const size = { users: 60, days: 40 }
    const [first, again, other] = [
      await simulateSmall({ ...size, seed: 5 }),
      await simulateSmall({ ...size, seed: 5 }),
      await simulateSmall({ ...size, seed: 6 }),
    ]
    expect(digests(again.folder)).toEqual(digests(first.folder))
    const [a, b] = [digests(first.folder), digests(other.folder)]
    expect(Object.keys(b).sort()).toEqual(Object.keys(a).sort())
    // Billing of a world this small has days without a change: those files are alike.
    const differing = (source: string): number =>
      Object.keys(a).filter((path) => path.includes(source) && a[path] !== b[path]).length
    expect(differing('player_events')).toBe(41)
    expect(differing('subscriptions')).toBeGreaterThan(90)
  })
})
