import { readFile } from 'node:fs/promises'
import { OttokError } from '../../lib/config/errors.ts'
import shipped from './offers.json' with { type: 'json' }

/** The document of offers as it lies in its file, unchecked. */
export interface OffersFile {
  /** As people know the file. */
  readonly name: string
  readonly text: () => Promise<string>
}

/**
 * The document that decisions are made by: the shipped one, or a file that replaces it.
 *
 * @param path absolute path of that file
 */
export function offersFile(path: string | undefined): OffersFile {
  if (path === undefined) return { name: 'assets/scores/offers.json', text: async () => JSON.stringify(shipped) }
  return {
    name: path,
    text: () =>
      readFile(path, 'utf8').catch((error: Error) => {
        throw new OttokError({
          what: `cannot read the offers in ${path}`,
          cause: `${error.message}.`,
          mend: 'Put the file there, or set OTTOK_OFFERS to another one; without it the shipped offers are used.',
          exitCode: 2,
          underlying: error,
        })
      }),
  }
}
