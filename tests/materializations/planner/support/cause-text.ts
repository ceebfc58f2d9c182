import type { Cause } from '../../../../materializations/planner/causes.ts'

/** A cause in the words of the reference. */
export function causeText(cause: Cause): string {
  switch (cause.kind) {
    case 'data':
      return `data:${cause.upstream}:${cause.partitions.join()}`
    case 'deps':
    case 'restated':
    case 'upstream':
      return `${cause.kind}:${cause.upstream}`
    default:
      return cause.kind
  }
}
