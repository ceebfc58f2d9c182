/** Rows of any source as typed tables, with what cannot be used set aside: declared, not programmed. */
export { accountingSql } from './accounting-sql.ts'
export { quarantineSql } from './quarantine-sql.ts'
export { type JsonFields, jsonText, type RowFormat, readAs } from './row-format.ts'
export {
  type Fault,
  type MendedFault,
  type RowMapping,
  type RowMappingSpec,
  rowMapping,
  type TargetColumn,
} from './row-mapping.ts'
export { typedSql } from './typed-sql.ts'
