import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { productRoot } from '../definitions/product-root.ts'

export function productVersion(): string {
  const { version } = JSON.parse(readFileSync(join(productRoot(), 'package.json'), 'utf8')) as { version: string }
  return version
}
