import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OttokError } from '../../lib/config/errors.ts'
import { nearest } from '../definitions/product-root.ts'

/**
 * The versions of external packages, by the lock file of the project; for a project that another package manager
 * installed, those that are installed.
 *
 * @param root folder of the definitions; the nearest package-lock.json at or above it counts
 * @throws OttokError (exit code 2) for a package that is neither locked nor installed
 */
export async function packageVersions(names: ReadonlySet<string>, root: string): Promise<Map<string, string>> {
  if (names.size === 0) return new Map()
  const home = nearest(root, 'package-lock.json')
  const locked = home === undefined ? {} : await lockedPackages(join(home, 'package-lock.json'))
  const found = await Promise.all(
    [...names].map(
      async (name) => [name, locked[`node_modules/${name}`]?.version ?? (await installed(name, root))] as const,
    ),
  )
  return new Map(found)
}

type LockedPackages = Readonly<Record<string, { readonly version?: string }>>

async function lockedPackages(path: string): Promise<LockedPackages> {
  const lock = JSON.parse(await readFile(path, 'utf8')) as { packages?: LockedPackages }
  return lock.packages ?? {}
}

async function installed(name: string, root: string): Promise<string> {
  const home = nearest(root, join('node_modules', name, 'package.json'))
  if (home !== undefined) {
    const text = await readFile(join(home, 'node_modules', name, 'package.json'), 'utf8')
    const { version } = JSON.parse(text) as { version?: string }
    if (version !== undefined) return version
  }
  throw new OttokError({
    what: `cannot tell the version of the package '${name}' for the code versions`,
    cause: 'An asset imports it, but neither package-lock.json nor node_modules says which version.',
    mend: `Install it: npm install ${name}`,
    exitCode: 2,
  })
}
