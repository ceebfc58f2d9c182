import { describe, expect, it, test } from 'vitest'
import shipped from '../../../assets/scores/offers.json' with { type: 'json' }
import { OttokError } from '../../../lib/config/errors.ts'
import { offerDictionary, parseOffers } from '../../../lib/decisions/index.ts'
import { churnFeatures } from '../../../lib/features/churn-features.ts'
import { offers } from './builders.ts'

const families = new Set(churnFeatures.map(({ family }) => family))
const origin = { file: 'my/offers.json', families }

/** What is said of the good document with these places changed; undefined takes a place away. */
function messageOf(edits: Readonly<Record<string, unknown>>): string {
  const document = structuredClone(offers())
  for (const [path, value] of Object.entries(edits)) edit(document, path.split('.'), value)
  try {
    parseOffers(document, origin)
  } catch (error) {
    expect(error).toBeInstanceOf(OttokError)
    expect((error as OttokError).exitCode).toBe(2)
    expect((error as OttokError).mend).toContain('my/offers.json')
    return (error as OttokError).message
  }
  throw new Error('the document was accepted')
}

function edit(holder: object, [name, ...rest]: readonly string[], value: unknown): void {
  if (rest.length > 0) edit((holder as Record<string, object>)[name!]!, rest, value)
  else if (value === undefined) Reflect.deleteProperty(holder, name!)
  else Reflect.set(holder, name!, value)
}

describe('a document of offers', () => {
  test('that is good is given back as it is', () => {
    expect(parseOffers(structuredClone(offers()), origin)).toEqual(offers())
  })

  test('that is shipped is good, and every offer of it is used by a rule', () => {
    const document = parseOffers(shipped, origin)
    const used = document.rules.map((rule) => rule.offer)
    expect(document.offers.map(({ code }) => code).filter((code) => !used.includes(code))).toEqual([])
  })

  it.each<[string, string, unknown, string]>([
    ['a share above 1', 'offers.0.assumed_saved_share', 1.5, "offers[0] 'discount' assumed_saved_share"],
    ['a field nobody knows', 'offers.1.cost', 5, "offers[1] 'digest': It has no field named cost"],
    ['a missing field', 'offers.1.validity_days', undefined, "offers[1] 'digest' validity_days"],
    ['the action none', 'offers.0.action_code', 'none', "must not be 'none'"],
    ['kopecks in halves', 'offers.0.redeem_cost_kopecks', 0.5, "'discount' redeem_cost_kopecks"],
    ['no channel', 'offers.0.channels', [], "'discount' channels: It must name at least one"],
    ['a channel that there is not', 'rules.0.channels', ['pigeon'], "rules[0] 'price' channels.0"],
    ['a code twice', 'offers.1.code', 'discount', "offer 'discount': It is there twice"],
    ['a rule twice', 'rules.1.name', 'price', "rule 'price': It is there twice"],
    ['an unknown offer', 'rules.0.offer', 'gift', "names the offer 'gift', which is none of discount, digest"],
    ['an unknown family of an offer', 'offers.0.families', ['weather'], "names the family 'weather'"],
    [
      'an unknown family of a rule',
      'rules.0.when.families',
      ['weather'],
      "rule 'price': It names the family 'weather'",
    ],
    ['a rule against its offer', 'rules.0.when.segments', ['trial'], "rule 'price': It can never apply: its segments"],
    ['a rule for other reasons than its offer', 'rules.0.when.families', ['payment'], 'can never apply: its families'],
    [
      'a rule for whom its offer is not',
      'rules.0.when.auto_renew',
      false,
      "rule 'price': It can never apply: its auto_renew",
    ],
    ['a channel that the offer does not allow', 'offers.0.channels', ['push'], "uses the channel 'email'"],
    ['waking sleeping dogs', 'sleeping_dogs.risk_bands', ['high'], "must name 'low'"],
    ['no offers at all', 'offers', undefined, 'are wrong: offers'],
  ])('names %s', (_, path, value, expected) => {
    expect(messageOf({ 'offers.0.auto_renew': true, [path]: value })).toContain(expected)
  })

  test('that is no document is told so', () => {
    expect(() => parseOffers([], origin)).toThrow('the offers in my/offers.json are wrong: the whole document')
  })

  test('with several mistakes names the first and counts the rest', () => {
    const message = messageOf({ 'rules.0.offer': 'gift', 'offers.0.families': ['weather'] })
    expect(message).toContain('(and 1 more mistake)')
  })
})

test('the dictionary has a row for each offer', () => {
  expect(
    offerDictionary(offers()).map(({ code, discount_percent, title_en }) => [code, discount_percent, title_en]),
  ).toEqual([
    ['discount', 20, 'something'],
    ['digest', null, 'something'],
  ])
})
