import type { Token } from './syntax.ts'
import { syntaxError } from './syntax-error.ts'

/** Splits an expression; unlike Dagster's, bare words may hold '-', '.', '/', '*', '=' and digits. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const [space] = /^\s*/.exec(text.slice(at))!
    at += space.length
    if (at === text.length) break
    const token = tokenAt(text, at)
    tokens.push(token)
    at += token.kind === 'quoted' ? token.text.length + 2 : token.text.length
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}

function tokenAt(text: string, at: number): Token {
  const rest = text.slice(at)
  const punctuation = /^[():+]/.exec(rest)
  if (punctuation) return { kind: punctuation[0] as Token['kind'], text: punctuation[0], at }
  const quoted = /^"([^"]*)"|^'([^']*)'/.exec(rest)
  if (quoted) return { kind: 'quoted', text: quoted[1] ?? quoted[2]!, at }
  const word = /^[^\s():+"']+/.exec(rest)
  if (word) return { kind: 'word', text: word[0], at }
  throw syntaxError(text, at, 'this quote is never closed', `Close it with another ${rest[0]}.`)
}
