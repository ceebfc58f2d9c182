import type { Offers } from './offers.ts'

/** What analysts look up of an offer's code. */
export interface OfferEntry {
  readonly code: string
  readonly action_code: string
  readonly title_ru: string
  readonly title_en: string
  readonly segments: readonly string[]
  readonly lifecycles: readonly string[]
  readonly risk_bands: readonly string[]
  /** Families of reasons that it answers; none: any. */
  readonly families: readonly string[]
  /** Null: whether renewal is on or off. */
  readonly auto_renew: boolean | null
  readonly channels: readonly string[]
  /** Beside the discount. */
  readonly redeem_cost_kopecks: number
  readonly discount_percent: number | null
  readonly discount_days: number | null
  readonly assumed_redeem_share: number
  readonly assumed_saved_share: number
  readonly repeat_after_days: number
  readonly validity_days: number
}

/** Every code that a decision can name, in the order of the document. */
export function offerDictionary({ offers }: Offers): readonly OfferEntry[] {
  return offers.map(({ title, discount, ...offer }) => ({
    ...offer,
    auto_renew: offer.auto_renew ?? null,
    title_ru: title.ru,
    title_en: title.en,
    discount_percent: discount?.percent ?? null,
    discount_days: discount?.days ?? null,
  }))
}
