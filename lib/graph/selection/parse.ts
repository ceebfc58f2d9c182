import { GraphError } from '../errors.ts'
import { nearMisses } from '../key.ts'
import { ATTRIBUTES, type AttributeName, OPERATORS, type Selection, type Token } from './syntax.ts'

/**
 * Parses Dagster's asset selection syntax. `not` binds tightest, then `and`, then `or`; a bare key
 * pattern counts as `key:`. `N+term` and `term+N` take N layers, `+` alone takes all.
 * Unlike Dagster's, bare words may hold '-', '.', '/', '*' and digits.
 */
export function parseSelection(text: string): Selection {
  const tokens = tokenize(text)
  let position = 0
  const peek = () => tokens[position]!
  const next = () => tokens[position++]!
  const isOperator = (name: Operator) => peek().kind === 'word' && operatorOf(peek().text) === name

  const or = (): Selection => {
    let left = and()
    while (isOperator('or')) {
      next()
      left = { kind: 'or', left, right: and() }
    }
    return left
  }
  const and = (): Selection => {
    let left = not()
    while (isOperator('and')) {
      next()
      left = { kind: 'and', left, right: not() }
    }
    return left
  }
  const not = (): Selection => {
    if (!isOperator('not')) return traversal()
    next()
    return { kind: 'not', of: not() }
  }
  const traversal = (): Selection => {
    const up = layersBefore()
    const of = term()
    const down = layersAfter()
    return up === 0 && down === 0 ? of : { kind: 'traverse', of, up, down }
  }
  const layersBefore = (): number => {
    if (peek().kind === '+') {
      next()
      return Number.POSITIVE_INFINITY
    }
    if (/^\d+$/.test(peek().text) && tokens[position + 1]?.kind === '+') {
      const layers = Number(next().text)
      next()
      return layers
    }
    return 0
  }
  const layersAfter = (): number => {
    if (peek().kind !== '+') return 0
    const plus = next()
    const after = peek()
    if (after.kind === 'word' && /^\d+$/.test(after.text) && after.at === plus.at + 1) return Number(next().text)
    return Number.POSITIVE_INFINITY
  }
  const term = (): Selection => {
    const token = next()
    if (token.kind === '(') {
      const inner = or()
      expectClose()
      return inner
    }
    if (token.kind === 'quoted') return { kind: 'attribute', name: 'key', value: token.text }
    if (token.kind !== 'word' || operatorOf(token.text)) {
      throw syntaxError(
        text,
        token.at,
        token.kind === 'end' ? 'the expression ends too early' : `'${token.text}' cannot stand here`,
      )
    }
    if ((token.text === 'sinks' || token.text === 'roots') && peek().kind === '(') {
      next()
      const of = or()
      expectClose()
      return { kind: token.text, of }
    }
    if (peek().kind === ':') {
      if (!(ATTRIBUTES as readonly string[]).includes(token.text)) {
        const near = nearMisses(token.text, ATTRIBUTES)
        const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : `use one of ${ATTRIBUTES.join(', ')}`
        throw syntaxError(text, token.at, `there is no attribute '${token.text}'; ${hint}`)
      }
      next()
      const value = next()
      if (value.kind !== 'word' && value.kind !== 'quoted')
        throw syntaxError(text, value.at, `'${token.text}:' needs a value`)
      return { kind: 'attribute', name: token.text as AttributeName, value: value.text }
    }
    if (token.text === '*') return { kind: 'everything' }
    return { kind: 'attribute', name: 'key', value: token.text }
  }
  const expectClose = () => {
    const token = next()
    if (token.kind !== ')') throw syntaxError(text, token.at, "a ')' is missing")
  }

  const result = or()
  if (peek().kind !== 'end') {
    throw syntaxError(text, peek().at, `expected 'and' or 'or' before '${peek().text}'`)
  }
  return result
}

type Operator = (typeof OPERATORS)[number]

/** The operator that a word is, all lower or all upper case; `And` is an ordinary word. */
function operatorOf(word: string): Operator | undefined {
  return OPERATORS.find((name) => word === name || word === name.toUpperCase())
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const rest = text.slice(at)
    const space = /^\s+/.exec(rest)
    const punctuation = /^[():+]/.exec(rest)
    const quoted = /^"([^"]*)"|^'([^']*)'/.exec(rest)
    const word = /^[^\s():+"']+/.exec(rest)
    if (space) at += space[0].length
    else if (punctuation) {
      tokens.push({ kind: punctuation[0] as '(' | ')' | ':' | '+', text: punctuation[0], at })
      at += 1
    } else if (quoted) {
      tokens.push({ kind: 'quoted', text: quoted[1] ?? quoted[2]!, at })
      at += quoted[0].length
    } else if (word) {
      tokens.push({ kind: 'word', text: word[0], at })
      at += word[0].length
    } else throw syntaxError(text, at, 'this quote is never closed')
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}

function syntaxError(text: string, at: number, problem: string): GraphError {
  return new GraphError([
    {
      code: 'bad-selection',
      message: `The selection cannot be read: ${problem}\n  ${text}\n  ${' '.repeat(at)}^\n`,
      places: [],
      mend: `For example: key:"models/*" and not tag:slow, +key:"scores/churn".`,
    },
  ])
}
