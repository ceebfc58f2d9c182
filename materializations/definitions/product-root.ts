import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of the `ottok` package that runs: what `import ... from 'ottok'` means in every definitions file. */
export function productRoot(): string {
  const root = packageRoot(dirname(fileURLToPath(import.meta.url)))
  if (root === undefined) throw new Error('The running ottok lies outside its package.')
  return root
}

/** The nearest folder at or above `folder` with a package.json named `ottok`. */
export function packageRoot(folder: string): string | undefined {
  const above = nearest(folder, 'package.json')
  if (above === undefined) return undefined
  const { name } = JSON.parse(readFileSync(join(above, 'package.json'), 'utf8')) as { name?: unknown }
  return name === 'ottok' ? above : undefined
}

/** The nearest folder at or above `folder` that contains an entry of that name. */
export function nearest(folder: string, entry: string): string | undefined {
  for (let here = folder; ; here = dirname(here)) {
    if (existsSync(join(here, entry))) return here
    if (here === dirname(here)) return undefined
  }
}
