import { createInterface } from 'node:readline/promises'

/** Asks on the terminal; only a plain yes counts. */
export async function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} Go on? [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
