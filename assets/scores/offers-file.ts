import { readFile } from 'node:fs/promises'
import { OttokError } from '../../lib/config/errors.ts'
import shipped from './offers.json' with { type: 'json' }

/** The document of offers as it lies in its file, unchecked. */
export interface OffersFile {
  /** As people know the file. */
  readonly name: string
  read(): Promise<unknown>
}

/**
 * The document that decisions are made by: the shipped one, or a file that replaces it.
 *
 * @param path absolute path of that file
 */
export function offersFile(path: string | undefined): OffersFile {
  if (path === undefined) return { name: 'assets/scores/offers.json', read: async () => shipped }
  return { name: path, read: () => readDocument(path) }
}

async function readDocument(path: string): Promise<unknown> {
  const problem = (cause: string, underlying: unknown): OttokError =>
    new OttokError({
      what: `cannot read the offers in ${path}`,
      cause,
      mend: 'Mend that file, or set OTTOK_OFFERS to another one; without it the shipped offers are used.',
      exitCode: 2,
      underlying,
    })
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw problem(`${error.message}.`, error)
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw problem(`It is no JSON: ${(error as Error).message}.`, error)
  }
}
