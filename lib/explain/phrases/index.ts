import { OttokError } from '../../config/errors.ts'
import { churnFeatures } from '../../features/churn-features.ts'
import { accountPhrases } from './account.ts'
import { activityPhrases } from './activity.ts'
import { billingPhrases } from './billing.ts'
import { contentPhrases, platformPhrase } from './content.ts'
import { viewingPhrases } from './viewing.ts'
import { type Facts, type Phrase, plain, type Wording } from './words.ts'

export type { Facts, Phrase, Wording, Words } from './words.ts'

const features = new Map(churnFeatures.map((feature) => [feature.name, feature]))

const phrases: Readonly<Record<string, Phrase>> = {
  ...viewingPhrases,
  ...contentPhrases,
  ...activityPhrases,
  ...billingPhrases,
  ...accountPhrases,
  platform_main: platformPhrase(codesOf('platform_main')),
}

function codesOf(name: string): readonly string[] {
  const shape = features.get(name)?.shape
  return shape?.kind === 'top' ? shape.codes.map(({ code }) => code) : []
}

/**
 * Puts the value of a feature into words.
 *
 * @param value as the models read it; null is unknown
 * @throws OttokError when the feature has no phrase
 */
export function wordingOf(name: string, value: number | null, facts: Facts): Wording {
  const phrase = phrases[name]
  const feature = features.get(name)
  if (!phrase || !feature) {
    throw new OttokError({
      what: `the feature '${name}' cannot be put into words`,
      cause: 'No phrase is declared for it.',
      mend: 'Declare one in lib/explain/phrases.',
    })
  }
  if (value !== null) return phrase.say(value, facts)
  const { title } = feature
  return phrase.none?.(facts) ?? plain(`${title.ru}: нет данных`, `${title.en}: no data`)
}
