/** The member that a whole number comes to; undefined of an empty list. */
export const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length]
