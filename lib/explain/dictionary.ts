import { churnFeatures } from '../features/churn-features.ts'
import { reasonFamily } from './reason-families.ts'

/** What analysts look up of a reason's code. */
export interface ReasonEntry {
  readonly code: string
  readonly family: string
  readonly title_ru: string
  readonly title_en: string
  readonly description_ru: string
  readonly description_en: string
  readonly actionable: boolean
}

/** Every code that a reason can have, in the order in which features are declared. */
export function reasonDictionary(): readonly ReasonEntry[] {
  return churnFeatures.map(({ name, family, title, description }) => ({
    code: name,
    family,
    title_ru: title.ru,
    title_en: title.en,
    description_ru: description.ru,
    description_en: description.en,
    actionable: reasonFamily(family).actionable,
  }))
}
