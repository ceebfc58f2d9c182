/**
 * What the loader and the code versions need to know of one source file: where it calls the graph library.
 * Both work by small edits of the text, so that lines and everything else stay as they were written.
 */
import type { CallExpression, Expression, Program, Statement } from 'oxc-parser'
import { parseSync, Visitor } from 'oxc-parser'

/** The functions that declare an asset. */
export const FACTORIES: ReadonlySet<string> = new Set(['asset', 'sqlAsset', 'externalAsset', 'effectAsset'])

/** Import specifiers that mean the graph library: the package itself, or its source by a relative path. */
const GRAPH_MODULE = /^ottok$|(^|\/)lib\/(graph(\/.*)?|index\.ts)$/

/** One call of a factory of assets. */
export interface FactoryCall {
  readonly node: CallExpression
  /** Name of the factory as the graph library exports it. */
  readonly factory: string
  /** Name of the top-level `const` that the call initialises; null when it is made in a function, loop or list. */
  readonly binding: string | null
  readonly exported: boolean
}

interface Span {
  readonly start: number
  readonly end: number
}

export interface ModuleSyntax {
  readonly factoryCalls: readonly FactoryCall[]
  /** Every call of a function of the graph library, the factories among them. */
  readonly graphCalls: readonly CallExpression[]
  /** What top-level `const`s are given, where it is more than a name, a literal or a function, and waits for nothing. */
  readonly constants: readonly Span[]
  /** Places of `import.meta.url`, `.filename` and `.dirname`. */
  readonly metaReads: readonly (Span & { readonly property: 'url' | 'filename' | 'dirname' })[]
  /** Specifiers of imports without a binding (`import './register.ts'`), quotes included. */
  readonly bareImports: readonly (Span & { readonly specifier: string })[]
}

/** Whether the text can contain anything `parseModule` looks for; spares the parse of most files. */
export function isWorthParsing(source: string): boolean {
  return /import\.meta|\bottok\b|lib\/graph|lib\/index|\bimport\s*['"]/.test(source)
}

/**
 * Parses one TypeScript or JavaScript file.
 * @returns null when the file has syntax errors: the bundler reports those, with their places
 */
export function parseModule(file: string, source: string): ModuleSyntax | null {
  const parsed = parseSync(file, source)
  if (parsed.errors.some((error) => error.severity === 'Error')) return null
  const names = graphNames(parsed.program)
  const bindings = topLevelBindings(parsed.program)
  const syntax = {
    factoryCalls: [] as FactoryCall[],
    graphCalls: [] as CallExpression[],
    metaReads: [] as ModuleSyntax['metaReads'][number][],
    bareImports: bareImports(parsed.program),
  }
  const waits: number[] = []
  let depth = 0
  const enter = () => void depth++
  const leave = () => void depth--
  new Visitor({
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    CallExpression(node) {
      const name = names(node.callee)
      if (name === null) return
      syntax.graphCalls.push(node)
      if (!FACTORIES.has(name)) return
      const binding = depth === 0 ? bindings.get(node.start) : undefined
      syntax.factoryCalls.push({
        node,
        factory: name,
        binding: binding?.name ?? null,
        exported: binding?.exported ?? false,
      })
    },
    AwaitExpression(node) {
      if (depth === 0) waits.push(node.start)
    },
    MemberExpression(node) {
      if (node.object.type !== 'MetaProperty' || node.computed || node.property.type !== 'Identifier') return
      const property = node.property.name
      if (property === 'url' || property === 'filename' || property === 'dirname') {
        syntax.metaReads.push({ start: node.start, end: node.end, property })
      }
    },
  }).visit(parsed.program)
  const constants = [...bindings.values()].flatMap(({ init }) =>
    SIMPLE.has(init.type) || waits.some((at) => init.start <= at && at < init.end) ? [] : [init],
  )
  return { ...syntax, constants }
}

/** A function from a callee to the name under which the graph library exports it, or null. */
function graphNames(program: Program): (callee: Expression) => string | null {
  const imported = new Map<string, string>()
  const namespaces = new Set<string>()
  for (const statement of program.body) {
    if (statement.type !== 'ImportDeclaration' || !GRAPH_MODULE.test(statement.source.value)) continue
    for (const specifier of statement.specifiers) {
      if (specifier.type === 'ImportNamespaceSpecifier') namespaces.add(specifier.local.name)
      if (specifier.type !== 'ImportSpecifier') continue
      const name = specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value
      imported.set(specifier.local.name, name)
    }
  }
  return (callee) => {
    if (callee.type === 'Identifier') return imported.get(callee.name) ?? null
    if (callee.type !== 'MemberExpression' || callee.computed || callee.object.type !== 'Identifier') return null
    if (!namespaces.has(callee.object.name) || callee.property.type !== 'Identifier') return null
    return callee.property.name
  }
}

/** Expressions that any bundler drops when nobody uses them. */
const SIMPLE: ReadonlySet<string> = new Set(['Literal', 'Identifier', 'ArrowFunctionExpression', 'FunctionExpression'])

interface Binding {
  readonly name: string
  readonly init: Expression
}

/** Offset of the bare expression that a top-level `const` is given -> the constant, and whether it is exported. */
function topLevelBindings(program: Program): Map<number, Binding & { readonly exported: boolean }> {
  const exported = new Set<string>()
  const bindings = new Map<number, Binding>()
  const declare = (statement: Statement, isExported: boolean) => {
    if (statement.type !== 'VariableDeclaration' || statement.kind !== 'const') return
    for (const { id, init } of statement.declarations) {
      if (id.type !== 'Identifier' || init === null) continue
      bindings.set(unwrap(init).start, { name: id.name, init })
      if (isExported) exported.add(id.name)
    }
  }
  for (const statement of program.body) {
    if (statement.type === 'ExportNamedDeclaration') {
      if (statement.declaration) declare(statement.declaration, true)
      for (const { local } of statement.source ? [] : statement.specifiers) {
        if (local.type === 'Identifier') exported.add(local.name)
      }
    } else if (statement.type === 'ExportDefaultDeclaration') {
      if (statement.declaration.type === 'Identifier') exported.add(statement.declaration.name)
    } else if (statement.type === 'VariableDeclaration') {
      declare(statement, false)
    }
  }
  return new Map([...bindings].map(([start, one]) => [start, { ...one, exported: exported.has(one.name) }]))
}

/** The expression inside parentheses and type annotations. */
function unwrap(expression: Expression): Expression {
  switch (expression.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return unwrap(expression.expression)
    default:
      return expression
  }
}

function bareImports(program: Program): ModuleSyntax['bareImports'] {
  return program.body.flatMap((statement) =>
    statement.type === 'ImportDeclaration' && statement.specifiers.length === 0 && statement.importKind !== 'type'
      ? [{ start: statement.source.start, end: statement.source.end, specifier: statement.source.value }]
      : [],
  )
}
