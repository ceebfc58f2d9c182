import { ESBUILD_VERSION } from '../definitions/esbuild-version.ts'

/** What hashes functions; another value re-baselines recorded versions instead of making data stale. */
export const FUNCTION_HASHER = `h1-esbuild${ESBUILD_VERSION}`

/** Code of an asset: one `const` of a module, or all the module makes. */
export interface CodeEntry {
  /** Absolute path of the module. */
  readonly file: string
  /** Top-level `const` that holds the asset; null: the whole module. */
  readonly binding: string | null
}

export interface FunctionCode {
  /** SHA-256 of the code that the entry reaches, hex. */
  readonly hash: string
  /** Names of the external packages that this code imports, sorted. */
  readonly packages: readonly string[]
}

export function entryId({ file, binding }: CodeEntry): string {
  return `${file}#${binding ?? '*'}`
}
