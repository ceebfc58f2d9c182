export { placeOfError } from './evaluate.ts'
export type { SourcePlace } from './inject-source.ts'
export { type LoadedDefinitions, loadDefinitions } from './load.ts'
