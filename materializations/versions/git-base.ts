import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { OttokError } from '../../lib/config/errors.ts'
import { type LoadedDefinitions, loadDefinitions } from '../definitions/index.ts'
import { type CodeVersion, codeVersions } from './code-version.ts'
import { checkOutTree } from './git-tree.ts'
import type { Formatter } from './sql-texts.ts'

/** Definitions as they are or were, with the code versions of their assets. */
export interface Revision extends LoadedDefinitions {
  readonly codeVersions: ReadonlyMap<string, CodeVersion>
}

/** Loads a definitions file and derives its code versions. */
export async function loadRevision(file: string, formatter: Formatter): Promise<Revision> {
  const loaded = await loadDefinitions(file)
  const { root, cacheDir } = loaded
  return { ...loaded, codeVersions: await codeVersions(loaded.graph, { root, formatter, cacheDir }) }
}

/**
 * Gives the definitions as they were at another revision of their git repository.
 *
 * The files of the revision exist while `use` runs, and are gone when the promise settles. Packages are today's; the
 * versions in the revision's lock file count in its code versions.
 *
 * @param file the definitions file in the work tree
 * @throws OttokError (exit code 2) outside a repository, for an unknown revision, and for one without the file
 */
export async function atRevision<T>(
  file: string,
  ref: string,
  formatter: Formatter,
  use: (revision: Revision & { readonly commit: string }) => Promise<T>,
): Promise<T> {
  const folder = realpathSync(dirname(file))
  const tree = await checkOutTree(folder, ref)
  try {
    const base = join(tree.folder, basename(file))
    if (!existsSync(base)) {
      throw new OttokError({
        what: `cannot load the definitions at the revision '${ref}'`,
        cause: `Commit ${tree.commit.slice(0, 12)} has no file ${tree.place(base)}.`,
        mend: 'Name a revision that has it.',
        exitCode: 2,
      })
    }
    return await use({ ...(await loadRevision(base, formatter)), commit: tree.commit })
  } finally {
    await tree.remove()
  }
}
