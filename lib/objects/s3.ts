import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { S3Settings } from '../config/index.ts'
import { OttokError } from '../config/index.ts'
import { checkedObjectKey, globOf, missingObject, quoteLiteral, STORE_ID_KEY } from './keys.ts'
import type { ObjectInfo, ObjectStore } from './types.ts'

// The SDK tells every process that its versions of 2027 will need a newer Node; ours is pinned.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

/** An object store in an S3 bucket, under a prefix; the bucket is made when absent and allowed. */
export async function openS3(settings: S3Settings, prefix: string): Promise<ObjectStore> {
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = settings
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    // Checksums beyond SigV4 are refused by several compatible services, Yandex Object Storage among them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  await requireBucket(client, bucket, endpoint)
  const name = (key: string) => `${prefix}/${checkedObjectKey(key)}`
  const address = (key: string) => `s3://${bucket}/${name(key)}`

  const head = async (key: string): Promise<ObjectInfo | undefined> => {
    try {
      const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: name(key) }))
      return { key, size: found.ContentLength ?? 0, etag: unquoted(found.ETag) }
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw s3Error(`look at ${address(key)}`, endpoint, error)
    }
  }
  const put = async (key: string, content: Uint8Array | Readable): Promise<ObjectInfo> => {
    try {
      const upload = new Upload({ client, params: { Bucket: bucket, Key: name(key), Body: content } })
      await upload.done()
    } catch (error) {
      throw s3Error(`write ${address(key)}`, endpoint, error)
    }
    const written = await head(key)
    if (!written) throw missingObject(address(key))
    return written
  }
  const body = async (key: string) => {
    try {
      const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name(key) }))
      if (!found.Body) throw missingObject(address(key))
      return found.Body
    } catch (error) {
      if (isAbsent(error)) throw missingObject(address(key), error)
      throw s3Error(`read ${address(key)}`, endpoint, error)
    }
  }
  const get = async (key: string) => (await body(key)).transformToByteArray()
  return {
    kind: 's3',
    put,
    get,
    head,
    stream: async (key) => (await body(key)) as Readable,
    list: (keyPrefix) => listAll(client, bucket, prefix, keyPrefix),
    delete: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name(key) }))
    },
    storeId: async () => {
      if (!(await head(STORE_ID_KEY))) await createOnce(client, bucket, name(STORE_ID_KEY), randomUUID())
      return Buffer.from(await get(STORE_ID_KEY)).toString('utf8')
    },
    address,
    tableFunction: (keys, format, structure) => {
      const url = `${endpoint.replace(/\/$/, '')}/${bucket}/${globOf(keys.map(name))}`
      const parts = [url, accessKeyId, secretAccessKey, format, ...(structure === undefined ? [] : [structure])]
      return `s3(${parts.map(quoteLiteral).join(', ')})`
    },
  }
}

/** Of several processes that create the object at once, the first wins. */
async function createOnce(client: S3Client, bucket: string, key: string, text: string): Promise<void> {
  try {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, IfNoneMatch: '*' }))
  } catch (error) {
    // 412: it is there by now; 409: another one is creating it.
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
    if (status !== 412 && status !== 409) throw error
  }
}

async function* listAll(
  client: S3Client,
  bucket: string,
  prefix: string,
  keyPrefix: string,
): AsyncGenerator<ObjectInfo> {
  let token: string | undefined
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/${keyPrefix}`, ContinuationToken: token }),
    )
    for (const object of page.Contents ?? []) {
      const key = object.Key!.slice(prefix.length + 1)
      if (key !== STORE_ID_KEY) yield { key, size: object.Size ?? 0, etag: unquoted(object.ETag) }
    }
    token = page.NextContinuationToken
  } while (token !== undefined)
}

async function requireBucket(client: S3Client, bucket: string, endpoint: string): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }))
  } catch (error) {
    if (!isAbsent(error)) throw s3Error(`open the bucket ${bucket}`, endpoint, error)
    try {
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
    } catch (creation) {
      // Two commands that start together may both find it absent; whoever made it, it is ours.
      if ((creation as Error).name !== 'BucketAlreadyOwnedByYou') {
        throw s3Error(`create the bucket ${bucket}`, endpoint, creation)
      }
    }
  }
}

function isAbsent(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  return name === 'NoSuchKey' || name === 'NotFound' || name === 'NoSuchBucket' || $metadata?.httpStatusCode === 404
}

function s3Error(action: string, endpoint: string, error: unknown): OttokError {
  const { name, message } = error as Error
  return new OttokError({
    what: `cannot ${action} at ${endpoint}`,
    cause: `${name}: ${message}`,
    mend: 'Check S3_ENDPOINT, S3_BUCKET, the access key and what it is allowed.',
    underlying: error,
  })
}

function unquoted(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '')
}
