/** One thing said in both languages. */
export interface Words {
  readonly ru: string
  readonly en: string
}

/** What else is known of the account whose feature is put into words. */
export interface Facts {
  /** Snapshot day, `YYYY-MM-DD`; windows end with it. */
  readonly day: string
  /** Value of another feature; null is unknown. */
  readonly get: (feature: string) => number | null
}

/**
 * A value in words. A value that speaks for leaving or for staying says so, in the reason that points the same way; where
 * the model found the opposite, `plain` states the value alone ("Visits to the help pages: 0"), so that a sentence never
 * argues against its direction.
 */
export interface Wording {
  readonly plain: Words
  readonly leaving?: Words
  readonly staying?: Words
  /** What is said, where several features can say the same of one account: one of them is enough. */
  readonly fact?: string
}

/** How a feature is said. */
export interface Phrase {
  readonly say: (value: number, facts: Facts) => Wording
  /** For an unknown value, where that means something for people; else "no data". */
  readonly none?: (facts: Facts) => Wording
}

export function words(ru: string, en: string): Words {
  return { ru, en }
}

/** A wording of a value that has no leaning of its own. */
export function plain(ru: string, en: string): Wording {
  return { plain: { ru, en } }
}
