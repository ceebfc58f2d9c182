import { type OfferEntry, offerDictionary } from '../../lib/decisions/offer-dictionary.ts'
import { type ReasonEntry, reasonDictionary } from '../../lib/explain/dictionary.ts'
import { asOf, asset, published, through } from '../../lib/graph/index.ts'
import { scoreDays } from '../service.ts'
import { offers, storedOffers } from './offers.ts'

const reasonColumns: readonly (readonly [keyof ReasonEntry, string, string])[] = [
  ['code', 'text', 'Code of a reason: the feature that it speaks of; what reason_1_code to reason_3_code hold'],
  ['family', 'text', 'Family of features: contributions are added up within it'],
  ['title_ru', 'text', 'Name in Russian'],
  ['title_en', 'text', 'Name in English'],
  ['description_ru', 'text', 'What is counted, in Russian'],
  ['description_en', 'text', 'What is counted, in English'],
  ['actionable', 'boolean', 'Whether a campaign can change it'],
]

/** What the codes of reasons mean. */
export const reasonsMart = asset({
  key: 'scores/dictionary_reason',
  description: 'The mart table `mart.dictionary_reason`.',
  kinds: ['postgres'],
  store: published({
    schema: 'mart',
    table: 'dictionary_reason',
    comment: 'Every code that a reason can have, in words.',
    columns: reasonColumns.map(([name, type, comment]) => ({ name, type, comment })),
    key: ['code'],
  }),
  materialize: async () => ({
    kind: 'rows',
    rows: reasonDictionary().map((entry) => reasonColumns.map(([name]) => entry[name])),
  }),
})

const offerColumns: readonly (readonly [keyof OfferEntry, string, string])[] = [
  ['code', 'text', 'Code of an offer, as offer_code holds it'],
  ['action_code', 'text', 'Action that it is one form of'],
  ['title_ru', 'text', 'Name in Russian'],
  ['title_en', 'text', 'Name in English'],
  ['segments', 'text[]', 'Segments that it is for'],
  ['lifecycles', 'text[]', 'Lifecycles that it is for'],
  ['risk_bands', 'text[]', 'Risk bands that it is for'],
  ['families', 'text[]', 'Families of reasons that it answers; empty: any account'],
  ['auto_renew', 'boolean', 'For accounts whose renewal is on (true) or off (false); null: both'],
  ['channels', 'text[]', 'Channels by which it may be told'],
  ['redeem_cost_kopecks', 'bigint', 'Cost of one that is redeemed, beside the discount'],
  ['discount_percent', 'real', "Discount of the account's own price, percent; null: none"],
  ['discount_days', 'integer', 'Days that the discount is for; null: none'],
  ['assumed_redeem_share', 'real', 'Share of the contacted who redeem; assumed, not measured'],
  ['assumed_saved_share', 'real', 'Share of those about to leave who stay because of it; assumed, not measured'],
  ['repeat_after_days', 'integer', 'Days before the same account may get it again'],
  ['validity_days', 'integer', 'Days in which it can be redeemed'],
]

/**
 * What the codes of offers mean, by the document that the decisions of the day were made by: an edit at noon brings no code
 * into the dictionary that no decision knows, nor takes one out that the mart still shows.
 */
export const offersMart = asset({
  key: 'scores/dictionary_offer',
  description: 'The mart table `mart.dictionary_offer`.',
  kinds: ['postgres'],
  partitions: scoreDays,
  deps: { offers: through(offers, asOf()) },
  store: published({
    schema: 'mart',
    table: 'dictionary_offer',
    comment: 'Every offer that a decision of the day can name.',
    columns: [
      ...offerColumns.map(([name, type, comment]) => ({ name, type, comment })),
      { name: 'snapshot_day', type: 'date', comment: 'Day D whose decisions were made by this document' },
    ],
    key: ['code'],
  }),
  materialize: async ({ partition, inputs }) => ({
    kind: 'rows',
    rows: offerDictionary(storedOffers(inputs.offers.only())).map((entry) => [
      ...offerColumns.map(([name]) => entry[name]),
      partition.date,
    ]),
  }),
})
