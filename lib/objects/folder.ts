import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, type Dirent } from 'node:fs'
import { link, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ensureFolder, OttokError } from '../config/index.ts'
import { checkedObjectKey, globOf, missingObject, quoteLiteral, STORE_ID_KEY } from './keys.ts'
import type { ObjectInfo, ObjectStore } from './types.ts'

const TEMPORARY = '.tmp-'

/** An object store in a folder: each object a file, written beside its place, synced and renamed. */
export async function openFolder(root: string): Promise<ObjectStore> {
  await ensureFolder(root)
  const path = (key: string) => join(root, checkedObjectKey(key))

  const put = async (key: string, content: Uint8Array | Readable): Promise<ObjectInfo> => {
    const target = path(key)
    await ensureFolder(dirname(target))
    const temporary = join(dirname(target), `${TEMPORARY}${randomUUID()}`)
    try {
      await pipeline(content instanceof Readable ? content : [content], createWriteStream(temporary, { flush: true }))
      await rename(temporary, target)
    } catch (error) {
      throw writeErrorOf(error, target)
    } finally {
      await rm(temporary, { force: true })
    }
    await syncFolder(dirname(target))
    return infoOf(key, target)
  }
  const get = async (key: string): Promise<Uint8Array> => {
    try {
      return await readFile(path(key))
    } catch (error) {
      throw isAbsent(error) ? missingObject(path(key), error) : error
    }
  }
  const head = async (key: string): Promise<ObjectInfo | undefined> => {
    try {
      return await infoOf(key, path(key))
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }
  return {
    kind: 'folder',
    put,
    get,
    head,
    stream: async (key) => {
      if (!(await head(key))) throw missingObject(path(key))
      return createReadStream(path(key))
    },
    list: (prefix) => walk(root, '', prefix),
    delete: (key) => rm(path(key), { force: true }),
    storeId: async () => {
      if (!(await head(STORE_ID_KEY))) await createOnce(path(STORE_ID_KEY), randomUUID())
      return Buffer.from(await get(STORE_ID_KEY)).toString('utf8')
    },
    address: path,
    tableFunction: (keys, format, structure) => {
      const parts = [globOf(keys.map(path)), format, ...(structure === undefined ? [] : [structure])]
      return `file(${parts.map(quoteLiteral).join(', ')})`
    },
  }
}

/** Of several processes that create the file at once, the first wins, and none sees it half written. */
async function createOnce(target: string, text: string): Promise<void> {
  const temporary = join(dirname(target), `${TEMPORARY}${randomUUID()}`)
  try {
    await writeFile(temporary, text, { flush: true })
    await link(temporary, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writeErrorOf(error, target)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function infoOf(key: string, path: string): Promise<ObjectInfo> {
  const { size, mtimeMs, ino } = await stat(path)
  return { key, size, etag: `${size}-${Math.round(mtimeMs * 1000)}-${ino}` }
}

async function* walk(root: string, folder: string, prefix: string): AsyncGenerator<ObjectInfo> {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  // As S3 orders whole keys: 'a-b/x' comes before 'a/x'.
  const order = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name)
  entries.sort((a, b) => (order(a) < order(b) ? -1 : 1))
  for (const entry of entries) {
    const key = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) {
      const may = `${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)
      if (may) yield* walk(root, key, prefix)
    } else if (key.startsWith(prefix) && key !== STORE_ID_KEY && !entry.name.startsWith(TEMPORARY)) {
      yield await infoOf(key, join(root, key))
    }
  }
}

/** A rename lasts through a power cut only once its folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const NO_SPACE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full.',
  EDQUOT: 'The quota of this user on that disk is used up.',
  EFBIG: 'The system does not let this user write a file of that size.',
}

/** The same error, or what it means to people when there is no room for the object. */
function writeErrorOf(error: unknown, target: string): unknown {
  const cause = NO_SPACE[(error as NodeJS.ErrnoException).code ?? '']
  if (cause === undefined) return error
  const mend = 'Make room there, then run the same command again: what was recorded is kept.'
  return new OttokError({ what: `cannot write ${target}`, cause, mend, underlying: error })
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
}
