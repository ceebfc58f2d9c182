import type { CallExpression } from 'oxc-parser'
import { parseModule } from '../definitions/module-syntax.ts'
import { applyEdits, type TextEdit } from '../definitions/text-edits.ts'

/**
 * What an asset says of itself that does not decide what it makes. Inputs and partitions are compared on their own
 * (causes `deps` and `partitions`), checks decide what is accepted, the rest is for people or for the executor.
 */
const NOT_CODE: ReadonlySet<string> = new Set([
  'key',
  'description',
  'group',
  'tags',
  'owners',
  'kinds',
  'partitions',
  'deps',
  'checks',
  'codeVersion',
  'dataVersion',
  'uncounted',
  'retry',
  'settles',
  'pool',
  'timeoutMs',
  'hooks',
  'freshness',
  'automation',
  'range',
  'files',
])

/** Suffix of the specifier of an import that is there for its effects only (role `effect` of the bundler's plugin). */
const EFFECT_ONLY = '?effect'

const PURE = '/* @__PURE__ */ '

/**
 * The text of a module as the code versions see it, for a bundler that drops what an asset does not reach:
 * - asset declarations without what is not code; SQL assets not at all, since their text counts;
 * - with `forFactories`, none of the assets that a top-level `const` holds: each of them has a version of its own;
 * - calls of the graph library, and whatever a top-level `const` is given, marked as free of effects, so that they are
 *   dropped unless they are used: what an unused constant does on the way does not count;
 * - every top-level `const` that holds an asset exported under `exportName(binding)`.
 */
export function reduceModule(file: string, source: string, options: { forFactories: boolean }): string {
  const syntax = parseModule(file, source)
  if (syntax === null) return source
  const exports: string[] = []
  const cuts = syntax.factoryCalls.flatMap(({ node, factory, binding }) => {
    const isElsewhere = factory === 'sqlAsset' || (options.forFactories && binding !== null)
    return isElsewhere ? [{ start: node.start, end: node.end, text: 'undefined' }] : notCode(node)
  })
  const edits: TextEdit[] = []
  for (const { binding } of syntax.factoryCalls) {
    if (binding !== null) exports.push(`${binding} as ${exportName(binding)}`)
  }
  for (const { start, end } of syntax.constants) {
    edits.push({ start, end: start, text: `${PURE}(() => (` }, { start: end, end, text: '))()' })
  }
  for (const { start } of syntax.graphCalls) edits.push({ start, end: start, text: PURE })
  for (const { start, end, specifier } of syntax.bareImports) {
    edits.push({ start, end, text: JSON.stringify(specifier + EFFECT_ONLY) })
  }
  const kept = [...cuts, ...edits].filter((edit) => !cuts.some((cut) => cut !== edit && contains(cut, edit)))
  const tail = exports.length > 0 ? `\nexport { ${exports.join(', ')} }\n` : ''
  return applyEdits(source, kept) + tail
}

/** The name under which a reduced module exports the asset that a `const` holds. */
export function exportName(binding: string): string {
  return `ottok_${binding}`
}

function contains(cut: TextEdit, edit: TextEdit): boolean {
  return cut.start <= edit.start && edit.end <= cut.end
}

function notCode(call: CallExpression): TextEdit[] {
  const [spec] = call.arguments
  if (spec?.type !== 'ObjectExpression') return []
  return spec.properties.flatMap((property, i) => {
    if (property.type !== 'Property' || property.computed || property.key.type !== 'Identifier') return []
    if (!NOT_CODE.has(property.key.name)) return []
    // Up to the next property or the closing brace, so that the comma goes too.
    const end = spec.properties[i + 1]?.start ?? spec.end - 1
    return [{ start: property.start, end, text: '' }]
  })
}
