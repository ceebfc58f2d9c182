/** A project with definitions of its own and the product's graph library beside them, to be edited. */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../../..')

export interface Project {
  readonly definitions: string
  /** Replaces text that must be there; returns how to put it back. */
  readonly edit: (file: string, from: string, to: string) => Promise<() => Promise<void>>
}

export async function makeProject(folder: string, files: Readonly<Record<string, string>>): Promise<Project> {
  await mkdir(folder, { recursive: true })
  await cp(join(ROOT, 'lib/graph'), join(folder, 'lib/graph'), { recursive: true })
  await mkdir(join(folder, 'node_modules'))
  for (const name of ['graphology', 'graphology-dag', 'temporal-polyfill']) {
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  }
  // Under the product's name: its own folders are known by it.
  const manifest = { 'package.json': JSON.stringify({ name: 'ottok', type: 'module' }) }
  for (const [file, text] of Object.entries({ ...manifest, ...files })) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }
  return {
    definitions: join(folder, 'definitions.ts'),
    edit: async (file, from, to) => {
      const path = join(folder, file)
      const before = await readFile(path, 'utf8')
      if (before.split(from).length !== 2)
        throw new Error(`${file} has '${from}' ${before.split(from).length - 1} times`)
      await writeFile(
        path,
        before.replace(from, () => to),
      )
      return () => writeFile(path, before)
    },
  }
}
