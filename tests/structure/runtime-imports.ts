import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { parseSync } from 'oxc-parser'

/** Module path (relative to the repository) to the modules of ours that it loads when it is loaded. */
export type RuntimeImports = ReadonlyMap<string, readonly string[]>

/**
 * The static imports between our modules that exist at run time: `import type` and type-only specifiers are erased and
 * do not count, nor do `import()` calls, which load later. dependency-cruiser's swc parser cannot tell them apart.
 *
 * @param subjects files and folders under `root` that are read; others' modules may be named but are not followed.
 */
export function runtimeImports(root: string, subjects: readonly string[]): RuntimeImports {
  const files = subjects.filter((name) => existsSync(join(root, name))).flatMap((name) => sourcesUnder(root, name))
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), 'utf8'))]))
}

function sourcesUnder(root: string, name: string): string[] {
  if (!statSync(join(root, name)).isDirectory()) return [name]
  return readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${name}/${path}`)
}

function importsOf(file: string, text: string): string[] {
  const { module, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  const imported = module.staticImports
    .filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType))
    .map(({ moduleRequest }) => moduleRequest.value)
  const exported = module.staticExports
    .flatMap(({ entries }) => entries)
    .flatMap(({ moduleRequest, isType }) => (moduleRequest && !isType ? [moduleRequest.value] : []))
  const own = [...imported, ...exported].filter((name) => name.startsWith('.'))
  return [...new Set(own)].map((name) => join(dirname(file), name))
}

/**
 * One cycle, as the path that closes it, for each import that closes one in a depth-first walk; none if the graph has
 * no cycle.
 */
export function cyclesOf(imports: RuntimeImports): string[][] {
  const cycles: string[][] = []
  const finished = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    const start = path.indexOf(file)
    if (start >= 0) cycles.push([...path.slice(start), file])
    if (start >= 0 || finished.has(file)) return
    path.push(file)
    for (const next of imports.get(file) ?? []) visit(next)
    path.pop()
    finished.add(file)
  }
  for (const file of imports.keys()) visit(file)
  return cycles
}
