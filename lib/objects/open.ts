import { join } from 'node:path'
import type { S3Settings } from '../config/index.ts'
import { openFolder } from './folder.ts'
import type { ObjectStore } from './types.ts'

/** Where objects live; the fields of `Settings` fit. */
export interface ObjectsRequest {
  readonly home: string
  /** Prefix of every key, so that environments do not meet. */
  readonly environment: string
  readonly s3?: S3Settings | undefined
}

/** Opens the object store: the S3 bucket of the settings, or else a folder of the home. */
export async function openObjects(request: ObjectsRequest): Promise<ObjectStore> {
  if (request.s3 === undefined) return openFolder(join(request.home, 'objects', request.environment))
  // The S3 client takes a quarter of a second to load: only for those who use it.
  const { openS3 } = await import('./s3.ts')
  return openS3(request.s3, request.environment)
}
