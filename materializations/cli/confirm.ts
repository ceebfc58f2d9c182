import { createInterface } from 'node:readline/promises'
import { OttokError } from '../../lib/config/index.ts'

/** Asks on the terminal; only a plain yes counts. */
export async function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} Go on? [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}

/** Asks before something is deleted; throws when the answer is no, or when there is no terminal to ask on. */
export async function requireConsent(
  question: string,
  canAsk: boolean,
  refused: { readonly what: string; readonly mend: string },
): Promise<void> {
  if (canAsk && (await confirmed(question))) return
  throw new OttokError({
    ...refused,
    cause: canAsk ? 'The answer was no.' : `${question} There is no terminal to ask on.`,
    exitCode: canAsk ? 1 : 2,
  })
}
