import { OttokError } from '../config/errors.ts'

/** What reasons need to know of a family of features. */
export interface ReasonFamily {
  /**
   * Whether a campaign can change it: by an offer, a selection of titles, a reminder, a mended payment. The renewal itself
   * is not among them: that somebody has switched it off is the decision to leave, not the cause of it.
   */
  readonly actionable: boolean
  /** Families of one group say nearly the same; the strongest of them speaks for all. */
  readonly group?: string
  /** The same for everyone on a day: it moves all scores and explains nobody's. */
  readonly common?: true
}

const families: Readonly<Record<string, ReasonFamily>> = {
  viewing_volume: { actionable: true, group: 'how much is watched' },
  viewing_frequency: { actionable: true, group: 'how much is watched' },
  content_breadth: { actionable: true, group: 'how much is watched' },
  viewing_recency: { actionable: true, group: 'when it was last used' },
  presence: { actionable: true, group: 'when it was last used' },
  viewing_trend: { actionable: true },
  content_fit: { actionable: true },
  content_mix: { actionable: false },
  playback_quality: { actionable: true },
  device: { actionable: false },
  web_activity: { actionable: false },
  app_activity: { actionable: true },
  tv_activity: { actionable: true },
  search: { actionable: true },
  leaving_signals: { actionable: true },
  help: { actionable: true },
  price_interest: { actionable: true },
  price: { actionable: true },
  payment: { actionable: true },
  renewal: { actionable: false },
  plan: { actionable: false },
  tenure: { actionable: false },
  account: { actionable: false },
  calendar: { actionable: false, common: true },
}

/** @throws OttokError for a family that is not declared here */
export function reasonFamily(name: string): ReasonFamily {
  const family = families[name]
  if (family) return family
  throw new OttokError({
    what: `the family '${name}' cannot be a reason`,
    cause: 'It is not declared whether a campaign can change it, nor what it is a near synonym of.',
    mend: 'Declare it in lib/explain/reason-families.ts.',
  })
}
