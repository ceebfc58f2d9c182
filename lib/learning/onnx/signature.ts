import * as z from 'zod'
import { OttokError } from '../../config/errors.ts'

/** What a model says about itself; stored inside the ONNX file as metadata. */
export interface ModelSignature {
  /** Names of the input columns, in order. */
  readonly features: readonly string[]
  /** Version that scores are stamped with. */
  readonly modelVersion: string
  /** Version of the library that trained it. */
  readonly xgboostVersion: string
}

const signatureSchema = z.object({
  features: z.array(z.string()).min(1),
  modelVersion: z.string().min(1),
  xgboostVersion: z.string().min(1),
})

const metadataKey = 'ottok.signature'

/** The metadata properties that carry `signature` in an ONNX file. */
export function signatureProps(signature: ModelSignature): { readonly key: string; readonly value: string }[] {
  const { features, modelVersion, xgboostVersion } = signature
  return [{ key: metadataKey, value: JSON.stringify({ features, modelVersion, xgboostVersion }) }]
}

/**
 * Reads the signature of a model written by `writeOnnx`.
 *
 * @throws OttokError when the bytes are no ONNX model or carry no signature of ours
 */
export async function readSignature(bytes: Uint8Array): Promise<ModelSignature> {
  // Loaded here, so that commands that read no model start sooner.
  const { onnx } = (await import('onnx-proto')).default
  try {
    const model = onnx.ModelProto.decode(bytes)
    const text = model.metadataProps.find((prop) => prop.key === metadataKey)?.value
    if (text == null) throw new Error(`it has no metadata ${metadataKey}`)
    return signatureSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new OttokError({
      what: `cannot read the signature of a model of ${bytes.length} bytes`,
      cause: `It is no ONNX file that ottok wrote: ${error instanceof Error ? error.message : String(error)}.`,
      mend: 'Make the model again.',
      underlying: error,
    })
  }
}
