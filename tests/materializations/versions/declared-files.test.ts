import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asset, defineGraph, value } from '../../../lib/graph/index.ts'
import { codeVersions } from '../../../materializations/versions/index.ts'
import { type Project, project } from '../definitions/project.ts'
import { countingFormatter } from './formatter.ts'

let made: Project
beforeEach(async () => {
  made = await project({
    'train.py': 'print(1)\n',
    'steps/a.py': 'a\n',
    'steps/deep/b.py': 'b\n',
  })
})
afterEach(() => made.remove())

const write = async (path: string, text: string) => {
  await mkdir(dirname(join(made.root, path)), { recursive: true })
  await writeFile(join(made.root, path), text)
}

async function version(files: readonly string[], codeVersion?: string): Promise<string> {
  const materialize = async () => ({ kind: 'value' as const, value: 1 })
  const given = codeVersion === undefined ? {} : { codeVersion }
  const graph = defineGraph({ assets: [asset({ key: 'made', store: value, files, materialize, ...given })] })
  const options = { root: made.root, formatter: countingFormatter(), cacheDir: join(made.root, '.cache') }
  return (await codeVersions(graph, options)).get('made')!.version
}

test('the content of a declared file counts, not its times', async () => {
  const before = await version(['train.py'])
  await write('train.py', 'print(1)\n')
  expect(await version(['train.py'])).toBe(before)
  await write('train.py', 'print(2)\n')
  expect(await version(['train.py'])).not.toBe(before)
})

test('an asset that declares none has the version that it had', async () => {
  expect(await version([])).not.toBe(await version(['train.py']))
  const before = await version([])
  await write('train.py', 'print(2)\n')
  expect(await version([])).toBe(before)
})

test('the order in which files are declared does not count', async () => {
  expect(await version(['train.py', 'steps'])).toBe(await version(['steps', 'train.py']))
})

test('a folder stands for all below it: content, names and places', async () => {
  const seen = [await version(['steps'])]
  await appendFile(join(made.root, 'steps/deep/b.py'), 'more\n')
  seen.push(await version(['steps']))
  await rename(join(made.root, 'steps/deep/b.py'), join(made.root, 'steps/b.py'))
  seen.push(await version(['steps']))
  await rm(join(made.root, 'steps/a.py'))
  seen.push(await version(['steps']))
  expect(new Set(seen).size).toBe(4)
})

test('a link to a file counts by its content, one to a folder by where it leads', async () => {
  await symlink(join(made.root, 'train.py'), join(made.root, 'steps/link.py'))
  await symlink('..', join(made.root, 'steps/up'))
  const seen = [await version(['steps'])]
  await write('train.py', 'print(2)\n')
  seen.push(await version(['steps']))
  await rm(join(made.root, 'steps/up'))
  await symlink('.', join(made.root, 'steps/up'))
  seen.push(await version(['steps']))
  expect(new Set(seen).size).toBe(3)
})

test('what interpreters leave in a folder does not count', async () => {
  const before = await version(['steps'])
  await write('steps/__pycache__/a.cpython-311.pyc', 'x')
  await write('steps/old.pyc', 'x')
  await write('steps/.venv/x.py', 'x')
  await write('steps/node_modules/x/index.js', 'x')
  expect(await version(['steps'])).toBe(before)
})

test('a version given by hand overrides files too, and they need not be there', async () => {
  expect(await version(['nowhere.py'], '3')).toBe('given:3')
})

test('a file that is not there', async () => {
  await expect(version(['steps/nowhere.py'])).rejects.toMatchObject({
    what: "cannot derive the code version of 'made'",
    reason: `It declares the file steps/nowhere.py, and there is no ${join(made.root, 'steps/nowhere.py')}.`,
    exitCode: 2,
  })
})
