/** What happened in a play, to show that it was not about nothing. */
export interface Tally {
  readonly seen: Map<string, number>
}

export function count(tally: Tally, what: string): void {
  tally.seen.set(what, (tally.seen.get(what) ?? 0) + 1)
}
