import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { removePostgres } from '../../lib/postgres/index.ts'

/*
 * Runs the newcomer's page as a newcomer would: its TypeScript becomes definitions.ts, its commands run one after another
 * in a fresh folder, and what it shows is compared with what was printed, but for times, versions and ids.
 */

const root = resolve(import.meta.dirname, '../..')
const page = await readFile(join(root, 'docs/first-graph.md'), 'utf8')

interface Block {
  readonly language: string
  readonly text: string
}

const blocks: readonly Block[] = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
  language: language!,
  text: text!,
}))

let folder: string

beforeAll(async () => {
  folder = await mkdtemp('/tmp/ottok-page-')
  await chmod(folder, 0o755)
})

afterAll(async () => {
  await removePostgres(join(folder, '.ottok'))
  await rm(folder, { recursive: true, force: true })
})

function shell(commands: string): string {
  const script = `npx() { shift; node ${join(root, 'bin/ottok.mjs')} "$@"; }\nset -e\n${commands}`
  const ran = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' })
  expect(ran.status, `${commands}\n${ran.stderr}`).toBe(0)
  return ran.stdout
}

/** What is the same whenever the page is run. */
function lasting(text: string): string[] {
  return text
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'ID')
    .replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{6,8}\b…?|\b[0-9a-f]+…/g, 'VERSION')
    .replaceAll(/\d{10,}(\.\d+)?/g, 'VERSION')
    .replaceAll(/\d+(\.\d+)? (ms|s|min)\b/g, 'DURATION')
    .replaceAll(/\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d+Z)?/g, 'TIME')
    .replaceAll(/ +/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

describe('the newcomer’s page', () => {
  let printed = ''

  test.each(blocks.map((block, i) => [`block ${i + 1}, ${block.language}`, block] as const))('%s', async (_, block) => {
    if (block.language === 'ts') await writeFile(join(folder, 'definitions.ts'), block.text)
    else if (block.language === 'sh') printed = shell(block.text)
    else {
      expect(block.language).toBe('text')
      const shown = lasting(block.text)
      // The page may leave out what came before.
      expect(lasting(printed).slice(-shown.length)).toEqual(shown)
    }
  })

  test('defines its graph in some twenty lines', () => {
    const [definitions] = blocks.filter(({ language }) => language === 'ts')
    expect(definitions!.text.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(20)
  })

  test('points at pages that exist', async () => {
    for (const [, target] of page.matchAll(/\]\(([a-z-]+\.md)\)/g)) await readFile(join(root, 'docs', target!))
  })
})
