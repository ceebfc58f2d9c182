import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface LockedPackage {
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

describe('the lock file', () => {
  it('names no download address, so that every registry serves it', () => {
    const named = Object.entries(lock.packages).filter(([, locked]) => locked.resolved !== undefined)
    expect(named.map(([name]) => name)).toEqual([])
  })

  // A registry that lacks another platform's package makes `npm install` drop its entry, and `npm ci` then fails.
  it('holds every platform of every optional dependency', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
      ),
    )
    expect(missing).toEqual([])
  })
})
