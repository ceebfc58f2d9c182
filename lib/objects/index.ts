export { type ObjectsRequest, openObjects } from './open.ts'
export type { ObjectInfo, ObjectStore } from './types.ts'
