import { createHash } from 'node:crypto'
import { OttokError } from '../../lib/config/errors.ts'
import type { Offers } from '../../lib/decisions/offers.ts'
import { parseOffers } from '../../lib/decisions/parse-offers.ts'
import { churnFeatures } from '../../lib/features/churn-features.ts'
import { asset, externalAsset, type InputPartition, type Resources, value } from '../../lib/graph/index.ts'
import type { OffersFile } from './offers-file.ts'

/** The file that marketers edit: offers, what they cost, channels, limits and rules. */
export const offersSource = externalAsset({
  key: 'source/offers',
  description: 'The document of offers and rules, as it lies in its file.',
  group: 'sources',
  tags: { source: 'offers' },
  observe: async ({ partitions, resources }) => {
    const { name, text } = fileOf(resources)
    // Of what is there, good or not: a mistake stops the check below, and decisions go on by the last good document.
    const version = createHash('sha256')
      .update(await text())
      .digest('hex')
      .slice(0, 32)
    return new Map(partitions.map((partition) => [partition, { version, metadata: { file: name } }]))
  },
})

/** The checked document. Decisions read it as of their day, so that an edit touches no earlier decision. */
export const offers = asset({
  key: 'scores/offers',
  description: 'Offers, channels, limits and rules by which actions are chosen, checked.',
  deps: { source: offersSource },
  store: value,
  materialize: async ({ resources }) => {
    const { name, text } = fileOf(resources)
    const document = parseOffers(jsonOf(await text(), name), origin(name))
    const metadata = { file: name, offers: document.offers.length, rules: document.rules.length }
    return { kind: 'value', value: document, metadata }
  },
})

/** What was checked once, of the type that it then had. */
export function storedOffers(input: InputPartition): Offers {
  return parseOffers(input.value(), origin(`scores/offers, version ${input.dataVersion}`))
}

function origin(file: string) {
  return { file, families: new Set(churnFeatures.map(({ family }) => family)) }
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new OttokError({
      what: `the offers in ${file} cannot be read`,
      cause: `It is no JSON: ${(error as Error).message}.`,
      mend: `Correct that place in ${file} and run the command again.`,
      exitCode: 2,
      underlying: error,
    })
  }
}

function fileOf({ offers }: Resources): OffersFile {
  if (offers !== undefined) return offers as OffersFile
  throw new OttokError({
    what: 'there is no document of offers',
    cause: 'The resources of this graph have no `offers`.',
    mend: 'Give `offers: offersFile(path)` among the resources of defineGraph.',
    exitCode: 2,
  })
}
