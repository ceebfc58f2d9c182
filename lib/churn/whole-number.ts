import { OttokError } from '../config/errors.ts'

/** An option's value as a whole number from `least` on; throws an OttokError (exit code 2) for anything else. */
export function wholeNumber(flag: string, value: unknown, least: number): number {
  const number = Number(value)
  if (Number.isInteger(number) && number >= least) return number
  throw new OttokError({
    what: `${flag} ${String(value)} will not do`,
    cause: `It must be a whole number from ${least} on.`,
    mend: `Give another number, or leave ${flag} out.`,
    exitCode: 2,
  })
}
