import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { removePostgres } from '../../../../lib/postgres/index.ts'

const BIN = resolve(import.meta.dirname, '../../../../bin/ottok.mjs')

/** A home of its own, and the built command line on it, with the product's own definitions. */
export interface Product {
  readonly home: string
  readonly environment: string
  run(...args: string[]): Promise<{ code: number | null; out: string; err: string }>
  /** Runs with `--json`; fails with the command's own words unless it exits with 0. */
  json<T>(...args: string[]): Promise<T>
  remove(): Promise<void>
}

export async function openProduct(): Promise<Product> {
  const home = await mkdtemp(join(tmpdir(), 'ottok-churn-'))
  // The embedded PostgreSQL runs as another user when the tests run as root.
  await chmod(home, 0o755)
  const environment = `churn_${randomBytes(4).toString('hex')}`
  const env = { ...process.env, OTTOK_HOME: home, OTTOK_ENV: environment }
  const run: Product['run'] = (...args) =>
    new Promise((done, failed) => {
      const child = spawn(process.execPath, [BIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
      let out = ''
      let err = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text
      })
      child.on('error', failed).on('close', (code) => done({ code, out, err }))
    })
  return {
    home,
    environment,
    run,
    json: async <T>(...args: string[]) => {
      const ran = await run(...args, '--json')
      if (ran.code !== 0) throw new Error(`${args.join(' ')} exited with ${ran.code}: ${ran.err}${ran.out}`)
      return JSON.parse(ran.out) as T
    },
    remove: async () => {
      await removePostgres(home)
      await rm(home, { recursive: true, force: true })
    },
  }
}
