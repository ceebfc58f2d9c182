import { readFile } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { basename, dirname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OttokError } from '../../lib/config/errors.ts'
import { GraphError } from '../../lib/graph/index.ts'

/** Frames between a line of the definitions and the place in the library that refuses it; ten are not enough. */
const DEEP = 50

/**
 * Imports a bundle. An `OttokError` passes as it is; a `GraphError` says where.
 * @throws OttokError (exit code 2) that names the line of the source on which the evaluation failed
 */
export async function evaluateBundle(bundle: string, entry: string): Promise<Record<string, unknown>> {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = DEEP
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(bundle).href)) as Record<string, unknown>
  } catch (error) {
    if (error instanceof GraphError) throw await placed(bundle, entry, error)
    // By name: the definitions may carry their own copy of the library, whose classes are not ours.
    if (error instanceof Error && error.name === 'OttokError') throw error
    throw await evaluationError(bundle, entry, error)
  } finally {
    Error.stackTraceLimit = limit
  }
}

/** A mistake with a place: what names none, such as partitions that begin nowhere, is where it was written down. */
async function placed(bundle: string, entry: string, error: GraphError): Promise<GraphError> {
  const [only, ...others] = error.diagnostics
  if (only === undefined || others.length > 0 || only.places.length > 0) return error
  const place = await placeOfError(bundle, entry, error)
  return place === undefined ? error : new GraphError([{ ...only, places: [place] }])
}

/**
 * The place in the sources, `file:line` relative to the definitions, where an error thrown by code of a bundle arose.
 * @returns undefined when no frame of the stack lies in the bundle
 */
export async function placeOfError(bundle: string, entry: string, error: unknown): Promise<string | undefined> {
  const frame = error instanceof Error ? frameIn(basename(bundle), error.stack ?? '') : undefined
  if (frame === undefined) return undefined
  const encoded = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(await readFile(bundle, 'utf8'))
  if (encoded === null) return undefined
  const map = new SourceMap(JSON.parse(Buffer.from(encoded[1]!, 'base64').toString('utf8')))
  const found = map.findEntry(frame.line - 1, frame.column - 1)
  if (!('originalSource' in found)) return undefined
  // The map was written as if the bundle lay in the folder of the definitions.
  const folder = dirname(entry)
  return `${relative(folder, resolve(folder, found.originalSource))}:${found.originalLine + 1}`
}

function frameIn(file: string, stack: string): { line: number; column: number } | undefined {
  const start = stack.indexOf(`${file}:`)
  const match = start === -1 ? null : /^:(\d+)(?::(\d+))?/.exec(stack.slice(start + file.length))
  return match ? { line: Number(match[1]), column: Number(match[2] ?? 1) } : undefined
}

async function evaluationError(bundle: string, entry: string, error: unknown): Promise<OttokError> {
  const place = await placeOfError(bundle, entry, error)
  const what = `cannot load the definitions ${entry}${place ? ` (${place})` : ''}`
  const message = error instanceof Error ? error.message : String(error)
  const missing = /^Cannot find (?:package|module) '([^']+)'/.exec(message)
  const common = { what, exitCode: 2, underlying: error } as const
  if (missing?.[1]?.endsWith('/dist/index.js')) {
    const mend = 'Run `npm run build` in the folder of ottok.'
    return new OttokError({ ...common, cause: "The package 'ottok' is not built.", mend })
  }
  if (missing) {
    const mend = `Install it: npm install ${missing[1]}`
    return new OttokError({ ...common, cause: `The package '${missing[1]}' is not installed.`, mend })
  }
  return new OttokError({
    ...common,
    cause: `${error instanceof Error ? error.name : 'It threw'}: ${message}.`,
    mend: `Correct ${place ?? 'the definitions'} and run the command again.`,
  })
}
