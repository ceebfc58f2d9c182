/** A simulated streaming service: its archive for everyone, its truth for judges only. */
export type { ArchiveIndex, IndexedDay } from './archive.ts'
export { seenUntil } from './arrivals.ts'
export { type AttainableAuc, attainableAuc } from './attainable.ts'
export { defaultParameters, type Parameters } from './parameters.ts'
export { columnsOf, type SourceName, shapes } from './shapes.ts'
export { type SimulatedWorld, type SimulateOptions, simulate } from './simulate.ts'
export { type CutoffTruth, readTruth, type WorldTruth } from './truth.ts'
export { readWorld, type World } from './world.ts'
