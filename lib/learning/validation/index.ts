export {
  type Slice,
  type SliceName,
  sliceOf,
  type TemporalSlices,
  temporalSlices,
  userHalf,
} from './temporal-slices.ts'
