export { copyIn } from './copy.ts'
export { type Migration, migrate } from './migrate.ts'
export { openPostgres, type PostgresRequest, removePostgres, stopPostgres } from './open.ts'
export type { Postgres } from './types.ts'
