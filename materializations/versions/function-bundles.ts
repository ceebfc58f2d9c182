import { existsSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, relative, resolve, sep } from 'node:path'
import { build, type Plugin, transform } from 'esbuild'
import { bundlingError, stampSettings } from '../definitions/bundle.ts'
import { type InputStamp, readStamped, sha256 } from '../definitions/input-stamps.ts'
import { packageRoot } from '../definitions/product-root.ts'
import { type CodeEntry, entryId, type FunctionCode } from './code-entry.ts'
import { exportName, reduceModule } from './reduce-module.ts'

/** Parts of the product that reach an asset through its context; an edit of them makes nothing stale. */
const PRODUCT_SIDE = /^lib\/((graph|warehouse|postgres|objects|config)\/|index\.ts$)/

/**
 * Bundles what each entry reaches and hashes it.
 *
 * First a tree-shaken bundle per entry, all in one pass, so that each file is read once. Then the bundle alone is
 * minified: names chosen by the minifier depend on how often letters occur, and must not see the dropped code.
 * @returns codes by `entryId`, and the stamps of every file that was read
 */
export async function bundleFunctions(
  entries: readonly CodeEntry[],
  root: string,
): Promise<{ codes: Map<string, FunctionCode>; inputs: InputStamp[] }> {
  const inputs = new Map<string, InputStamp>()
  const result = await build({
    entryPoints: Object.fromEntries(entries.map((_, i) => [`e${i}`, `ottok-entry:${i}`])),
    absWorkingDir: root,
    outdir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    treeShaking: true,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [reduced(entries, root, inputs)],
  }).catch((error: unknown) => {
    throw bundlingError(`cannot derive the code versions of ${root}`, root, error)
  })
  const texts = new Map(result.outputFiles.map((output) => [basename(output.path), output.text]))
  const codes = await Promise.all(
    entries.map(async (entry, i) => {
      const name = `e${i}.js`
      return [entryId(entry), await codeOf(texts.get(name)!, result.metafile.outputs[name]!.imports)] as const
    }),
  )
  await stampSettings(root, inputs)
  return { codes: new Map(codes), inputs: [...inputs.values()] }
}

async function codeOf(text: string, imports: readonly { path: string }[]): Promise<FunctionCode> {
  const { code } = await transform(text, { minify: true, format: 'esm', target: 'node20', legalComments: 'none' })
  const packages = new Set<string>()
  for (const { path } of imports) {
    const name = packageOf(path)
    if (!isBuiltin(path) && name !== 'ottok') packages.add(name)
  }
  return { hash: sha256(code), packages: [...packages].sort() }
}

/** `@scope/name/sub/path` -> `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function reduced(entries: readonly CodeEntry[], root: string, inputs: Map<string, InputStamp>): Plugin {
  const products = new Map<string, string | undefined>()
  const isProductSide = (path: string) => {
    const folder = dirname(path)
    if (!products.has(folder)) products.set(folder, packageRoot(folder))
    const product = products.get(folder)
    return product !== undefined && PRODUCT_SIDE.test(relative(product, path).split(sep).join('/'))
  }
  return {
    name: 'ottok-reduced',
    setup(hooks) {
      hooks.onResolve({ filter: /^ottok-entry:/ }, ({ path }) => ({
        path: path.slice('ottok-entry:'.length),
        namespace: 'ottok-entry',
      }))
      hooks.onLoad({ filter: /.*/, namespace: 'ottok-entry' }, ({ path }) => {
        const { file, binding } = entries[Number(path)]!
        const code =
          binding === null
            ? `export * as module from ${JSON.stringify(file + FACTORIES_ONLY)}`
            : `export { ${exportName(binding)} as asset } from ${JSON.stringify(file)}`
        return { contents: code, resolveDir: root }
      })
      hooks.onResolve({ filter: /.*/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (pluginData === WITHIN) return undefined
        // The same module in another role is another module to the bundler: one that is imported for its effects must
        // not keep it alive where nothing of it is used.
        const [specifier, role] = path.split('?') as [string, string | undefined]
        const forEffect = role === 'effect'
        const exact = /^\.?\.?\//.test(specifier) ? resolve(resolveDir, specifier) : undefined
        const found =
          exact !== undefined && /\.\w+$/.test(exact) && existsSync(exact)
            ? { path: exact, external: false, errors: [] }
            : await hooks.resolve(specifier, { kind, resolveDir, pluginData: WITHIN })
        if (found.errors.length > 0) return { errors: found.errors }
        if (found.external) return { path: found.path, external: true, sideEffects: forEffect }
        if (isProductSide(found.path)) return { path: 'ottok', external: true, sideEffects: false }
        return { path: found.path, namespace: role ?? 'file', sideEffects: forEffect }
      })
      hooks.onLoad({ filter: /.*/ }, async ({ path, namespace }) => {
        const { stamp, content } = await readStamped(path)
        inputs.set(path, stamp)
        const resolveDir = dirname(path)
        if (!/\.[cm]?[jt]sx?$/.test(path)) return { contents: content, loader: 'default', resolveDir }
        const forFactories = namespace === 'factories'
        const contents = reduceModule(path, new TextDecoder().decode(content), { forFactories })
        return { contents, loader: 'default', resolveDir }
      })
    },
  }
}

/** Suffix of the specifier of a module whose factories alone matter. */
const FACTORIES_ONLY = '?factories'

const WITHIN = Symbol('resolution by the bundler itself')
