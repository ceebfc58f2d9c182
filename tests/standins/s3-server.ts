import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { endWithUs, freePort, untilReady } from './child-server.ts'

/** An S3 server of one binary under the Apache licence, built from the Go module proxy in a few minutes, once. */
const MODULE = 'github.com/versity/versitygw/cmd/versitygw'
const VERSION = 'v1.8.0'
const REGION = 'us-east-1'

/** A running S3 server; its fields but `stop` are the S3 part of the settings. */
export interface S3Server {
  readonly endpoint: string
  /** A bucket's name; the bucket is not made yet. */
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Stops the server and removes its data. */
  stop(): Promise<void>
}

/** Starts an S3 server on a free port of loopback, over a new folder. */
export async function startS3Server(): Promise<S3Server> {
  const binary = await builtServer()
  const folder = await mkdtemp(join(tmpdir(), 'ottok-s3-'))
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const keys = { accessKeyId: 'stand-in-key', secretAccessKey: 'stand-in-secret' }
  const data = join(folder, 'data')
  // Attributes in a folder of their own: the temporary folder may be in memory, which has no extended attributes.
  const attributes = join(folder, 'attributes')
  await mkdir(data)
  await mkdir(attributes)
  const child = spawn(
    binary,
    ['--port', `127.0.0.1:${port}`, '--region', REGION, '--quiet', 'posix', '--sidecar', attributes, data],
    {
      cwd: folder,
      env: { PATH: process.env.PATH, ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: keys.secretAccessKey },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const stopServer = endWithUs(child, 'SIGTERM')
  const stop = async () => {
    await stopServer()
    await rm(folder, { recursive: true })
  }
  try {
    await untilReady('the S3 server', child, () => answers(endpoint))
  } catch (error) {
    await stop()
    throw error
  }
  return { endpoint, bucket: 'ottok-tests', region: REGION, ...keys, stop }
}

/** Path of the binary, which is kept between runs in the user's cache. */
async function builtServer(): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ottok-tests')
  const binary = join(cache, `versitygw-${VERSION}`)
  if (existsSync(binary)) return binary
  await mkdir(cache, { recursive: true })
  const building = await mkdtemp(join(cache, 'building-'))
  try {
    const env = { ...process.env, GOBIN: building, CGO_ENABLED: '0', GOFLAGS: '-trimpath', GO111MODULE: 'on' }
    await promisify(execFile)('go', ['install', '-ldflags=-s -w', `${MODULE}@${VERSION}`], { env, cwd: building })
    await rename(join(building, 'versitygw'), binary)
  } catch (error) {
    throw new Error(`the S3 server of the tests could not be built (it needs Go: apt-get install golang-go)`, {
      cause: error,
    })
  } finally {
    await rm(building, { recursive: true, force: true })
  }
  return binary
}

/** Any answer will do: without a signature it is a refusal. */
async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint)
    return true
  } catch (error) {
    const code = ((error as Error).cause as { code?: string } | undefined)?.code
    if (code === 'ECONNREFUSED') return false
    throw error
  }
}
