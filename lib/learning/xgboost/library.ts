import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OttokError } from '../../config/errors.ts'

type LibraryHandle = ReturnType<typeof import('koffi')['default']['load']>

/** The C library as it was found. */
export interface FoundLibrary {
  readonly handle: LibraryHandle
  /** The name or path that loaded. */
  readonly library: string
  /** `major.minor.patch`. */
  readonly version: string
}

const sonames = ['libxgboost.so.0', 'libxgboost.so']
const homebrewPaths = ['/opt/homebrew/lib/libxgboost.dylib', '/usr/local/lib/libxgboost.dylib']

/**
 * Loads XGBoost's C library from the first place that has one: the path that the settings name (`XGBOOST_LIB`), the
 * system's linker, Homebrew, the `xgboost` package of the `python3` on the path.
 *
 * @param configured path from the settings; when given, no other place is tried
 * @throws OttokError (exit code 2) with the command that installs it on this system
 */
export async function loadLibrary(configured: string | undefined): Promise<FoundLibrary> {
  // OpenMP threads spin while they wait; where others want the processors too, that makes small trainings ten times
  // slower (measured: 684 ms against 71 ms). It is read once, when the library is loaded.
  process.env.OMP_WAIT_POLICY ??= 'passive'
  if (configured !== undefined) {
    const found = await tryLoad(configured)
    if ('handle' in found) return found
    throw new OttokError({
      what: `cannot load XGBoost from XGBOOST_LIB (${configured})`,
      cause: `The system's loader says: ${found.refusal}.`,
      mend: `Point XGBOOST_LIB at a libxgboost, or unset it and install one: ${installCommand()}`,
      exitCode: 2,
    })
  }
  const refusals: string[] = []
  for (const candidate of candidates()) {
    const found = await tryLoad(candidate)
    if ('handle' in found) return found
    refusals.push(`${candidate}: ${found.refusal}`)
  }
  throw new OttokError({
    what: 'cannot find the XGBoost library, which trains the models',
    cause: `Tried in turn: ${refusals.join('; ')}.`,
    mend: `Install it: ${installCommand()}`,
    exitCode: 2,
  })
}

/** Version and place of the XGBoost library that training would use; for `doctor`. Errors as `loadLibrary`. */
export async function xgboostVersion(
  configured?: string,
): Promise<{ readonly version: string; readonly library: string }> {
  const { version, library } = await loadLibrary(configured)
  return { version, library }
}

/** Lazy, so that Python is started only when the cheaper places have nothing. */
function* candidates(): Generator<string> {
  if (process.platform === 'darwin') yield* homebrewPaths
  else yield* sonames
  const fromPython = pythonLibrary()
  if (fromPython !== undefined) yield fromPython
}

async function tryLoad(candidate: string): Promise<FoundLibrary | { readonly refusal: string }> {
  // Loaded here, so that commands that train nothing start sooner.
  const { default: koffi } = await import('koffi')
  let handle: LibraryHandle
  try {
    handle = koffi.load(candidate)
  } catch (error) {
    return {
      refusal: error instanceof Error ? error.message.replace(/^Failed to load shared library: /, '') : String(error),
    }
  }
  const parts: [number[], number[], number[]] = [[0], [0], [0]]
  try {
    handle.func('void XGBoostVersion(_Out_ int *major, _Out_ int *minor, _Out_ int *patch)')(...parts)
  } catch {
    return { refusal: 'it has no XGBoostVersion, so it is no XGBoost' }
  }
  return { handle, library: candidate, version: parts.map(([number]) => number).join('.') }
}

/** The library inside Python's xgboost, found without importing it; undefined when there is no Python or no package. */
function pythonLibrary(): string | undefined {
  const question =
    'import importlib.util as u; s = u.find_spec("xgboost"); print(s.submodule_search_locations[0] if s else "")'
  let folder: string
  try {
    folder = execFileSync('python3', ['-c', question], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
  const path = join(folder, 'lib', process.platform === 'darwin' ? 'libxgboost.dylib' : 'libxgboost.so')
  return folder !== '' && existsSync(path) ? path : undefined
}

/** The one line that installs the library on this system. */
function installCommand(): string {
  if (process.platform === 'darwin') return 'brew install xgboost'
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  const root = process.getuid?.() === 0 ? '' : 'sudo '
  if (/^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release)) return `${root}apt-get install -y libxgboost0`
  return 'pip install xgboost-cpu (then, unless python3 on the path is the one that has it, set XGBOOST_LIB to its xgboost/lib/libxgboost.so)'
}
