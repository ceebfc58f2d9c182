export { checkParity, compareParity, type Parity, parityLimit } from './parity.ts'
export { type ModelSignature, readSignature } from './signature.ts'
export { onnxNames, writeOnnx } from './write.ts'
