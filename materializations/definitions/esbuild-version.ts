import { createRequire } from 'node:module'

const { version } = createRequire(import.meta.url)('esbuild/package.json') as { readonly version: string }

/** Known without loading the bundler itself, which most commands have no need of. */
export const ESBUILD_VERSION = version
