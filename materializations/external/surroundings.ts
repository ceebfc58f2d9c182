import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { OttokError } from '../../lib/config/index.ts'
import type { ProgramSpec } from '../../lib/graph/index.ts'

/** What a program needs of the system; nothing here is a secret. */
const OF_THE_SYSTEM = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'] as const

/**
 * The variables that a program sees: those of the system, those declared, those passed on by name, and `ours`.
 * @param own our own environment
 * @throws OttokError for a passed variable that is not set, and for a declared one whose name is ours
 */
export function environmentOf(
  asset: string,
  spec: ProgramSpec,
  own: NodeJS.ProcessEnv,
  ours: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = {}
  for (const name of OF_THE_SYSTEM) if (own[name] !== undefined) env[name] = own[name]
  const taken = [...Object.keys(spec.env ?? {}), ...(spec.passEnv ?? [])].find((name) => name in ours)
  if (taken !== undefined) {
    throw new OttokError({
      what: `cannot start the program of '${asset}'`,
      cause: `It declares the variable ${taken}, which is part of the protocol.`,
      mend: 'Give that variable another name.',
    })
  }
  for (const name of spec.passEnv ?? []) {
    const value = own[name]
    if (value === undefined) {
      throw new OttokError({
        what: `cannot start the program of '${asset}'`,
        cause: `It is to be passed the variable ${name}, which is not set.`,
        mend: `Set ${name}, or take it out of \`passEnv\`.`,
      })
    }
    env[name] = value
  }
  return { ...env, ...spec.env, ...ours }
}

/** Shorter values would be found in ordinary words. */
const SHORTEST_SECRET = 6

/** Hides the values of passed variables in a text. */
export function hiderOf(spec: ProgramSpec, env: Readonly<Record<string, string>>): (text: string) => string {
  const secrets = (spec.passEnv ?? [])
    .map((name) => env[name]!)
    .filter((value) => value.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
  return (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
}

/** The folder that a program runs in. */
export function folderOf(asset: string, spec: ProgramSpec, root: string): string {
  const folder = resolve(root, spec.cwd ?? '.')
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder
  throw new OttokError({
    what: `cannot start the program of '${asset}'`,
    cause: `There is no folder ${folder}, which is its \`cwd\`.`,
    mend: 'Give `cwd` as a path from the folder of the definitions.',
  })
}

/**
 * The program of a command as an absolute path, as a shell would find it.
 * @throws OttokError when there is none
 */
export function programPath(asset: string, name: string, folder: string, path: string | undefined): string {
  const places = name.includes('/')
    ? [isAbsolute(name) ? name : join(folder, name)]
    : (path ?? '').split(delimiter).flatMap((place) => (place === '' ? [] : [resolve(folder, place, name)]))
  const found = places.find(isExecutable)
  if (found !== undefined) return found
  throw new OttokError({
    what: `cannot start the program of '${asset}'`,
    cause: name.includes('/')
      ? `${places[0]} is not there, or may not be run.`
      : `There is no program '${name}' in PATH (${path ?? 'not set'}).`,
    mend: name.includes('/') ? 'Name one that is there; `chmod +x` lets it run.' : `Install '${name}'.`,
  })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}
