import type { MaterializeContext, StoreToken } from '../../lib/graph/index.ts'
import type { CheckMessage } from './messages.ts'

/** How an upstream is stored: what a program can be given of it. */
export type UpstreamKind = StoreToken['kind'] | 'external' | 'effect'

/** The step that a program makes: what it is told, and what becomes of its result. */
export interface ProgramStep {
  readonly key: string
  /** Undefined for an effect, whose program acts and has no result. */
  readonly store: StoreToken | undefined
  /** Names of the columns of a table, in order; none for other stores. */
  readonly columns: readonly string[]
  readonly environment: string
  /** Folder of the definitions. */
  readonly root: string
  readonly context: Omit<MaterializeContext, 'runProgram'>
  /** How each input is stored, by its name. */
  readonly upstreams: Readonly<Record<string, UpstreamKind>>
  /** Writes down what the checks of the program found, also when one of them fails the step. */
  readonly keepChecks: (checks: readonly CheckMessage[]) => Promise<void>
}
