import { attribute, columnName, type TreeNode } from './parse.ts'

/** How an output column depends on a source column: it is the same, it is computed from it, or it sums up rows of it. */
export type Derivation = 'identity' | 'transformation' | 'aggregation'

/** How the rows of a result depend on a source column. */
export type RowInfluence = 'filter' | 'join' | 'group' | 'order' | 'window'

export interface SourceColumn<How> {
  /** The table expression, as the caller has marked it. */
  readonly source: string
  readonly column: string
  readonly how: How
}

export interface OutputColumn {
  readonly name: string
  /** As the engine names it. */
  readonly type: string
  readonly from: readonly SourceColumn<Derivation>[]
}

/** Where the columns and the rows of a statement come from. */
export interface ColumnSources {
  readonly columns: readonly OutputColumn[]
  readonly rows: readonly SourceColumn<RowInfluence>[]
}

type Found = Map<string, SourceColumn<Derivation>>

/** Sections of a query that decide which rows there are. */
const ROW_SECTIONS: readonly (readonly [string, RowInfluence])[] = [
  ['PREWHERE', 'filter'],
  ['WHERE', 'filter'],
  ['HAVING', 'filter'],
  ['QUALIFY', 'filter'],
  ['GROUP BY', 'group'],
  ['LIMIT BY', 'group'],
]

const STRENGTH: Readonly<Record<Derivation, number>> = { identity: 0, transformation: 1, aggregation: 2 }

/**
 * Follows each output column down to columns of source tables: through subqueries, CTEs, unions, joins, lambdas, windows and
 * ARRAY JOIN. `sourceOf` tells which leaves of the tree are sources; others (constants, `numbers()`) are none.
 */
export function columnSources(root: TreeNode, sourceOf: (leaf: TreeNode) => string | undefined): ColumnSources {
  const tree = new Resolver(root, sourceOf)
  const first = firstQuery(root)
  const expressions = listed(first, 'PROJECTION')
  const outputs = first.columns.map((line, index) => nameAndType(line, expressions[index]))
  return {
    columns: outputs.map(([name, type], index) => ({ name, type, from: tree.output(root, index) })),
    rows: tree.rowInfluences(root),
  }
}

class Resolver {
  readonly #nodes = new Map<number, TreeNode>()
  readonly #sourceOf: (leaf: TreeNode) => string | undefined
  /** Sources of output columns that were followed. One that is being followed has none yet: a recursive CTE reads itself. */
  readonly #outputs = new Map<string, Found>()

  constructor(root: TreeNode, sourceOf: (leaf: TreeNode) => string | undefined) {
    this.#sourceOf = sourceOf
    for (const node of everyNode(root)) {
      // A node that is printed again may be printed without what is below it.
      if ((this.#nodes.get(node.id)?.sections.size ?? 0) <= node.sections.size) this.#nodes.set(node.id, node)
    }
  }

  /** Sources of an output column of a query or union. */
  output(query: TreeNode, index: number): SourceColumn<Derivation>[] {
    return sorted([...this.#output(query, index).values()])
  }

  /** Columns that decide which rows a query has, its subqueries included. */
  rowInfluences(root: TreeNode): SourceColumn<RowInfluence>[] {
    const found = new Map<string, SourceColumn<RowInfluence>>()
    const add = (nodes: readonly TreeNode[], how: RowInfluence) => {
      const columns: Found = new Map()
      for (const node of nodes) this.#expression(node, 'transformation', columns)
      for (const { source, column } of columns.values()) {
        found.set(JSON.stringify([source, column, how]), { source, column, how })
      }
    }
    for (const node of everyNode(root)) {
      if (node.kind === 'QUERY') {
        for (const [section, how] of ROW_SECTIONS) add(node.sections.get(section) ?? [], how)
        // Without a limit the order of rows is not part of what is stored.
        if (node.sections.has('LIMIT') || node.sections.has('LIMIT BY'))
          add(node.sections.get('ORDER BY') ?? [], 'order')
      }
      if (node.kind === 'JOIN') add(node.sections.get('JOIN EXPRESSION') ?? [], 'join')
      if (node.kind === 'WINDOW') add([...node.sections.values()].flat(), 'window')
    }
    return sorted([...found.values()])
  }

  /** Each output column is followed once, however often it is read. */
  #output(node: TreeNode, index: number): Found {
    const name = `${node.id} ${index}`
    const known = this.#outputs.get(name)
    if (known) return known
    const found: Found = new Map()
    this.#outputs.set(name, found)
    if (node.kind === 'UNION') {
      for (const query of listed(node, 'QUERIES')) addAll(found, this.#output(query, index), 'identity')
    } else {
      const expression = listed(node, 'PROJECTION')[index]
      if (expression) this.#expression(expression, 'identity', found)
    }
    return found
  }

  #expression(node: TreeNode, how: Derivation, found: Found): void {
    switch (node.kind) {
      case 'COLUMN':
        this.#column(node, how, found)
        return
      case 'FUNCTION': {
        const type = attribute(node, 'function_type')
        const next = type === 'aggregate' || type === 'window' ? 'aggregation' : stronger(how, 'transformation')
        for (const argument of node.sections.get('ARGUMENTS') ?? []) this.#expression(argument, next, found)
        for (const parameter of node.sections.get('PARAMETERS') ?? []) this.#expression(parameter, next, found)
        return
      }
      case 'QUERY':
      case 'UNION':
        // A scalar subquery, or the set of IN.
        firstQuery(node).columns.forEach((_, index) => {
          addAll(found, this.#output(node, index), stronger(how, 'transformation'))
        })
        return
      case 'WINDOW':
        return
      case 'LAMBDA':
        for (const body of node.sections.get('EXPRESSION') ?? []) this.#expression(body, how, found)
        return
      default:
        for (const below of [...node.sections.values()].flat()) this.#expression(below, how, found)
    }
  }

  #column(node: TreeNode, how: Derivation, found: Found): void {
    const column = columnName(node)
    const origin = this.#nodes.get(Number(attribute(node, 'source_id')))
    const source = origin && this.#sourceOf(origin)
    if (source !== undefined) {
      add(found, { source, column, how })
      return
    }
    switch (origin?.kind) {
      case 'QUERY':
      case 'UNION': {
        const index = firstQuery(origin).columns.findIndex((line) => line.startsWith(`${column} `))
        addAll(found, this.#output(origin, index), how)
        return
      }
      // The column of USING stands for one of each side, that of ARRAY JOIN for the array.
      case 'JOIN':
        this.#named(listed(origin, 'JOIN EXPRESSION'), column, how, found)
        return
      case 'ARRAY_JOIN':
        this.#named(listed(origin, 'JOIN EXPRESSIONS'), column, stronger(how, 'transformation'), found)
    }
  }

  #named(columns: readonly TreeNode[], name: string, how: Derivation, found: Found): void {
    for (const one of columns) {
      if (columnName(one) !== name) continue
      for (const expression of one.sections.get('EXPRESSION') ?? []) this.#expression(expression, how, found)
    }
  }
}

function add(found: Found, { source, column, how }: SourceColumn<Derivation>): void {
  const id = JSON.stringify([source, column])
  const known = found.get(id)
  found.set(id, { source, column, how: known ? stronger(known.how, how) : how })
}

/** Adds sources of a column that is read in turn as `how`. */
function addAll(found: Found, sources: Found, how: Derivation): void {
  for (const one of [...sources.values()]) add(found, { ...one, how: stronger(one.how, how) })
}

function* everyNode(node: TreeNode): Generator<TreeNode> {
  yield node
  for (const below of node.sections.values()) for (const one of below) yield* everyNode(one)
}

/** Of `name Type`: either may hold spaces. */
function nameAndType(line: string, expression: TreeNode | undefined): [name: string, type: string] {
  const type = /(?:result|constant_value)_type: (.*?)(?:, source_id: \d+)?$/.exec(expression?.attributes ?? '')?.[1]
  if (type !== undefined && line.endsWith(` ${type}`)) return [line.slice(0, -type.length - 1), type]
  const space = line.indexOf(' ')
  return [line.slice(0, space), line.slice(space + 1)]
}

/** Members of the list under a heading. */
function listed(node: TreeNode, section: string): readonly TreeNode[] {
  return (node.sections.get(section) ?? []).flatMap((one) =>
    one.kind === 'LIST' ? [...one.sections.values()].flat() : [one],
  )
}

/** The query that names the columns of a query or union. */
function firstQuery(node: TreeNode): TreeNode {
  const [first] = node.kind === 'UNION' ? listed(node, 'QUERIES') : []
  return first ? firstQuery(first) : node
}

function stronger(a: Derivation, b: Derivation): Derivation {
  return STRENGTH[a] >= STRENGTH[b] ? a : b
}

function sorted<How extends string>(columns: SourceColumn<How>[]): SourceColumn<How>[] {
  const text = ({ source, column, how }: SourceColumn<How>) => `${source}\n${column}\n${how}`
  return columns.sort((a, b) => (text(a) < text(b) ? -1 : 1))
}
