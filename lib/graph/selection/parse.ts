import { nearMisses } from '../key.ts'
import {
  ATTRIBUTES,
  type AttributeName,
  CLOSED,
  FUNCTIONS,
  OPERATORS,
  type Operator,
  type Selection,
  type Token,
} from './syntax.ts'
import { syntaxError } from './syntax-error.ts'
import { tokenize } from './tokens.ts'

/** Parentheses and `not`s within each other; more are a mistake of the program that wrote them. */
const DEEPEST = 200

/**
 * Parses Dagster's asset selection syntax. `not` binds tightest, then `and`, then `or`; a bare key
 * pattern counts as `key:`. `N+term` and `term+N` take N layers, `+` alone takes all.
 */
export function parseSelection(text: string): Selection {
  return new Parser(text).whole()
}

class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #position = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokenize(text)
  }

  whole(): Selection {
    const selection = this.#or()
    const rest = this.#peek()
    if (rest.kind === 'end') return selection
    throw this.#error(rest, `expected 'and' or 'or' before '${rest.text}'`, this.#joinMend(rest))
  }

  #or(): Selection {
    return this.#joined('or', () => this.#joined('and', () => this.#not()))
  }

  #joined(operator: 'and' | 'or', member: () => Selection): Selection {
    const members = [member()]
    while (this.#isOperator(operator)) {
      this.#next()
      members.push(member())
    }
    return members.length === 1 ? members[0]! : node({ kind: operator, of: Object.freeze(members) })
  }

  #not(): Selection {
    if (!this.#isOperator('not')) return this.#traversal()
    const token = this.#next()
    return this.#nested(token, () => node({ kind: 'not', of: this.#not() }))
  }

  #traversal(): Selection {
    const up = this.#layersBefore()
    const of = this.#term()
    const down = this.#layersAfter()
    return up === 0 && down === 0 ? of : node({ kind: 'traverse', of, up, down })
  }

  #layersBefore(): number {
    const token = this.#peek()
    if (token.kind === '+') {
      this.#next()
      return Number.POSITIVE_INFINITY
    }
    if (token.kind !== 'word' || !/^\d+$/.test(token.text) || this.#peek(1).kind !== '+') return 0
    this.#position += 2
    return Number(token.text)
  }

  #layersAfter(): number {
    if (this.#peek().kind !== '+') return 0
    const plus = this.#next()
    const after = this.#peek()
    const isCount = after.kind === 'word' && /^\d+$/.test(after.text) && after.at === plus.at + 1
    return isCount ? Number(this.#next().text) : Number.POSITIVE_INFINITY
  }

  #term(): Selection {
    const token = this.#next()
    if (token.kind === '(') return this.#parenthesised(token)
    if (token.kind === 'quoted') return attribute('key', token.text)
    if (token.kind !== 'word' || operatorOf(token.text)) throw this.#misplaced(token)
    const called = FUNCTIONS.find((name) => name === token.text)
    if (called && this.#peek().kind === '(') {
      return node({ kind: called, of: this.#parenthesised(this.#next()) })
    }
    if (this.#peek().kind === ':') return this.#attribute(token)
    return token.text === '*' ? node({ kind: 'everything' }) : attribute('key', token.text)
  }

  #parenthesised(open: Token): Selection {
    return this.#nested(open, () => {
      const inner = this.#or()
      const token = this.#next()
      if (token.kind === ')') return inner
      if (token.kind !== 'end') {
        throw this.#error(token, `expected 'and', 'or' or ')' before '${token.text}'`, this.#joinMend(token))
      }
      throw this.#error(token, "a ')' is missing", `Close the '(' at character ${open.at + 1}.`)
    })
  }

  #attribute(named: Token): Selection {
    const name = ATTRIBUTES.find((known) => known === named.text)
    if (!name) {
      const near = nearMisses(named.text, ATTRIBUTES)
      const hint = near.length > 0 ? `Did you mean ${near.map((one) => `${one}:`).join(' or ')}? ` : ''
      throw this.#error(
        named,
        `there is no attribute '${named.text}'`,
        `${hint}The attributes are ${ATTRIBUTES.join(', ')}.`,
      )
    }
    this.#next()
    const value = this.#next()
    if (value.kind !== 'word' && value.kind !== 'quoted') {
      throw this.#error(value, `'${name}:' needs a value`, `Write one, for example ${EXAMPLES[name]}.`)
    }
    const values = CLOSED[name]
    if (values && !values.includes(value.text)) {
      const near = nearMisses(value.text, values)
      const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''
      throw this.#error(value, `'${name}:' knows no '${value.text}'`, `${hint}Its values are ${values.join(', ')}.`)
    }
    const colon = this.#peek()
    if (colon.kind === ':') {
      throw this.#error(
        colon,
        "a value that holds ':' must be quoted",
        `Write ${name}:"${value.text}:${this.#peek(1).text}".`,
      )
    }
    return attribute(name, value.text)
  }

  #misplaced(token: Token): Error {
    if (token.kind === 'end') {
      return this.#error(token, 'the expression ends too early', 'Add an asset, such as key:"models/*" or tag:daily.')
    }
    if (token.text === 'not' || token.text === 'NOT') {
      return this.#error(token, `'${token.text}' cannot stand here`, `Write ${token.text} before the '+'.`)
    }
    return this.#error(
      token,
      `'${token.text}' cannot stand here`,
      'An asset is expected, such as key:"models/*", tag:daily or an expression in parentheses.',
    )
  }

  /** What to write where two terms meet without an operator. */
  #joinMend(token: Token): string {
    if (token.kind === ')') return "Remove it, or open a '(' for it."
    const before = this.#tokens[this.#tokens.indexOf(token) - 1]!
    const meant = OPERATORS.find((name) => [before, token].some(({ text }) => text.toLowerCase() === name))
    if (meant) return `Operators are all lower or all upper case: write '${meant}' or '${meant.toUpperCase()}'.`
    if (token.kind === ':') return `Quote the words on both sides of it, or write an attribute before it.`
    return `Write 'or' to take both, 'and' to take what is in both.`
  }

  #nested(token: Token, inner: () => Selection): Selection {
    if (++this.#depth > DEEPEST) {
      throw this.#error(
        token,
        `more than ${DEEPEST} levels within each other`,
        'Leave out parentheses that do nothing.',
      )
    }
    const selection = inner()
    this.#depth--
    return selection
  }

  #isOperator(name: Operator): boolean {
    const token = this.#peek()
    return token.kind === 'word' && operatorOf(token.text) === name
  }

  #peek(ahead = 0): Token {
    return this.#tokens[this.#position + ahead] ?? this.#tokens.at(-1)!
  }

  #next(): Token {
    const token = this.#peek()
    this.#position++
    return token
  }

  #error(token: Token, problem: string, mend: string): Error {
    return syntaxError(this.#text, token.at, problem, mend)
  }
}

const EXAMPLES: Readonly<Record<AttributeName, string>> = {
  key: 'key:"models/*"',
  tag: 'tag:cadence=daily',
  owner: 'owner:"team:churn"',
  group: 'group:features',
  kind: 'kind:xgboost',
  is: 'is:external',
  partitions: 'partitions:daily',
  status: 'status:failed',
  changed: 'changed:main',
}

const node = (selection: Selection): Selection => Object.freeze(selection)

const attribute = (name: AttributeName, value: string): Selection => node({ kind: 'attribute', name, value })

/** The operator that a word is, all lower or all upper case; `And` is an ordinary word. */
function operatorOf(word: string): Operator | undefined {
  return OPERATORS.find((name) => word === name || word === name.toUpperCase())
}
