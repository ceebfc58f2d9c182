import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A project in a temporary folder, as somebody who uses the product would have it. */
export interface Project {
  readonly root: string
  readonly path: (file: string) => string
  /** Writes files by name; those not named stay as they are. */
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>
  readonly remove: () => Promise<void>
}

export async function project(files: Readonly<Record<string, string>>): Promise<Project> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'ottok-project-')))
  const made: Project = {
    root,
    path: (file) => join(root, file),
    write: async (contents) => {
      for (const [file, text] of Object.entries(contents)) {
        await mkdir(dirname(join(root, file)), { recursive: true })
        await writeFile(join(root, file), text)
      }
    },
    remove: () => rm(root, { recursive: true, force: true }),
  }
  await made.write({ 'package.json': JSON.stringify({ name: 'a-project', type: 'module' }), ...files })
  return made
}
