import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { OttokError } from '../../lib/config/errors.ts'
import { nearest } from '../definitions/product-root.ts'

const run = promisify(execFile)

/** The files of one commit, in a folder of their own. */
export interface GitTree {
  /** Full hash of the commit. */
  readonly commit: string
  /** What the folder of the caller is in the commit. */
  readonly folder: string
  /** The name in the repository of a file of the tree. */
  readonly place: (file: string) => string
  readonly remove: () => Promise<void>
}

/**
 * Writes the files of a commit into a temporary folder. The repository, its index and its work tree stay as they are.
 * Packages are those installed in the work tree: `node_modules` is linked.
 *
 * @param folder a folder in the work tree of the repository
 * @throws OttokError (exit code 2) outside a repository and for a revision that it does not have
 */
export async function checkOutTree(folder: string, ref: string): Promise<GitTree> {
  const top = await topLevel(folder)
  const commit = await commitOf(top, ref)
  const temporary = await realpath(await mkdtemp(join(tmpdir(), 'ottok-revision-')))
  const remove = () => rm(temporary, { recursive: true, force: true })
  try {
    const tree = join(temporary, 'tree')
    await mkdir(tree)
    // An index of our own: nothing of the repository is locked or changed.
    const env = { ...process.env, GIT_INDEX_FILE: join(temporary, 'index') }
    await run('git', ['-C', top, 'read-tree', commit], { env })
    await run('git', ['-C', top, 'checkout-index', '--all', `--prefix=${tree}/`], { env })
    await linkPackages(top, folder, tree)
    const place = (file: string) => relative(tree, file).split(sep).join('/')
    return { commit, folder: join(tree, relative(top, folder)), place, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function topLevel(folder: string): Promise<string> {
  try {
    const { stdout } = await run('git', ['-C', folder, 'rev-parse', '--show-toplevel'])
    return await realpath(stdout.trim())
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new OttokError({
      what: `cannot compare ${folder} with another revision`,
      cause: isAbsent ? 'The program git is not installed.' : `Git says: ${saidBy(error)}.`,
      mend: isAbsent ? 'Install git.' : 'Run the command in a clone of the repository.',
      exitCode: 2,
      underlying: error,
    })
  }
}

/** First line that a failed git wrote. */
function saidBy(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
  return text
    .split('\n', 1)[0]!
    .replace(/^fatal: /, '')
    .replace(/\.$/, '')
}

async function commitOf(top: string, ref: string): Promise<string> {
  try {
    const { stdout } = await run('git', [
      '-C',
      top,
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${ref}^{commit}`,
    ])
    return stdout.trim()
  } catch (error) {
    throw new OttokError({
      what: `cannot compare with the revision '${ref}'`,
      cause: `The repository ${top} has no such commit.`,
      mend: 'Fetch it (in CI: a full clone, `fetch-depth: 0`), or name a branch, tag or commit that `git rev-parse` knows.',
      exitCode: 2,
      underlying: error,
    })
  }
}

/** The packages that the definitions see in the work tree, at the same place in the tree (or at its top). */
async function linkPackages(top: string, folder: string, tree: string): Promise<void> {
  const home = nearest(folder, 'node_modules')
  if (home === undefined) return
  const place = relative(top, home)
  const target = join(tree, place.startsWith('..') ? '' : place, 'node_modules')
  if (existsSync(target)) return
  await mkdir(dirname(target), { recursive: true })
  await symlink(join(home, 'node_modules'), target, 'junction')
}
