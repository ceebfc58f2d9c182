/** A node of ClickHouse's query tree, as `EXPLAIN QUERY TREE` prints it. */
export interface TreeNode {
  /** `QUERY`, `UNION`, `COLUMN`, `FUNCTION`, ... */
  readonly kind: string
  /** Unique within a statement; the same node may be printed several times. */
  readonly id: number
  /** What follows the id on its line. */
  readonly attributes: string
  /** Nodes below it, by the heading that they stand under. */
  readonly sections: ReadonlyMap<string, readonly TreeNode[]>
  /** `name Type` of each output column, of a query. */
  readonly columns: readonly string[]
}

interface Open {
  readonly depth: number
  readonly node: Omit<TreeNode, 'sections' | 'columns'> & {
    readonly sections: Map<string, TreeNode[]>
    readonly columns: string[]
  }
  section: string
}

const NODE = /^( *)([A-Z_]+) id: (\d+)(?:, (.*))?$/
const COLUMNS = 'PROJECTION COLUMNS'

/** Reads the lines of `EXPLAIN QUERY TREE`. Throws for text that is no tree. */
export function parseQueryTree(lines: readonly string[]): TreeNode {
  let root: TreeNode | undefined
  const open: Open[] = []
  for (const line of lines) {
    const match = NODE.exec(line)
    const depth = match ? match[1]!.length : /^ */.exec(line)![0].length
    while (open.length > 0 && open.at(-1)!.depth >= depth) open.pop()
    const parent = open.at(-1)
    if (!match) {
      // A heading stands right below its node, what is listed under it deeper.
      if (parent && depth === parent.depth + 2) parent.section = headingOf(line.trim())
      else if (parent?.section === COLUMNS) parent.node.columns.push(line.trim())
      continue
    }
    const [, , kind, id, attributes = ''] = match
    const node = { kind: kind!, id: Number(id), attributes, sections: new Map<string, TreeNode[]>(), columns: [] }
    if (parent) {
      const siblings = parent.node.sections.get(parent.section)
      if (siblings) siblings.push(node)
      else parent.node.sections.set(parent.section, [node])
    } else root ??= node
    open.push({ depth, node, section: '' })
  }
  if (root) return root
  throw new Error(`the engine printed no query tree: ${lines.slice(0, 3).join(' / ')}`)
}

/** `EXPRESSION s` names the expression; the heading is the first word then. */
function headingOf(text: string): string {
  return text.startsWith('EXPRESSION ') ? 'EXPRESSION' : text
}

/** The name of a column, which may hold anything. */
export function columnName(node: TreeNode): string {
  return /(?:^|, )column_name: (.*), result_type: /.exec(node.attributes)?.[1] ?? ''
}

/** The value of an attribute: up to the next one, or to the end of the line. */
export function attribute(node: TreeNode, name: string): string | undefined {
  const match = new RegExp(`(?:^|, )${name}: (.*?)(?=, [a-z_]+: |$)`).exec(node.attributes)
  return match?.[1]
}
