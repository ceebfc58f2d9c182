import type { z } from 'zod'
import { OttokError } from '../config/errors.ts'
import { type Offer, type Offers, offersSchema, type Rule } from './offers.ts'

/** Where a document comes from, and which families of reasons there are. */
export interface OffersOrigin {
  /** File, as people know it; named in errors. */
  readonly file: string
  readonly families: ReadonlySet<string>
}

/**
 * Checks a document of offers: its shape, that codes and names are unique, that rules and offers name what there is, and
 * that every rule can apply at all.
 *
 * @param document the parsed JSON
 * @throws OttokError (exit code 2) that names the file, the entry and its mend; of several mistakes the first, and how many
 */
export function parseOffers(document: unknown, origin: OffersOrigin): Offers {
  const parsed = offersSchema.safeParse(document)
  if (!parsed.success) {
    throw wrongOffers(
      origin,
      parsed.error.issues.map((issue) => ({ entry: entryText(issue.path, document), problem: problemText(issue) })),
    )
  }
  const mistakes = [...contradictions(parsed.data, origin.families)]
  if (mistakes.length > 0) throw wrongOffers(origin, mistakes)
  return parsed.data
}

interface Mistake {
  readonly entry: string
  readonly problem: string
}

function* contradictions({ offers, rules }: Offers, families: ReadonlySet<string>): Generator<Mistake> {
  yield* repeated(
    'offer',
    offers.map(({ code }) => code),
  )
  yield* repeated(
    'rule',
    rules.map(({ name }) => name),
  )
  for (const offer of offers) yield* unknownFamilies(`offer '${offer.code}'`, offer.families, families)
  for (const rule of rules) {
    const entry = `rule '${rule.name}'`
    yield* unknownFamilies(entry, rule.when.families ?? [], families)
    const offer = offers.find(({ code }) => code === rule.offer)
    if (offer === undefined) {
      const codes = offers.map(({ code }) => code).join(', ')
      yield { entry, problem: `names the offer '${rule.offer}', which is none of ${codes}` }
    } else yield* conflicts(entry, rule, offer)
  }
}

function* repeated(kind: string, names: readonly string[]): Generator<Mistake> {
  for (const [place, name] of names.entries()) {
    if (names.indexOf(name) !== place) yield { entry: `${kind} '${name}'`, problem: 'is there twice' }
  }
}

function* unknownFamilies(entry: string, named: readonly string[], families: ReadonlySet<string>): Generator<Mistake> {
  for (const family of named) {
    if (!families.has(family)) {
      yield { entry, problem: `names the family '${family}', which is none of ${[...families].join(', ')}` }
    }
  }
}

/** What makes a rule's conditions and its offer's exclude each other. */
function* conflicts(entry: string, { when, channels }: Rule, offer: Offer): Generator<Mistake> {
  const sides: readonly (readonly [string, readonly string[] | undefined, readonly string[]])[] = [
    ['segments', when.segments, offer.segments],
    ['lifecycles', when.lifecycles, offer.lifecycles],
    ['risk_bands', when.risk_bands, offer.risk_bands],
    ['families', when.families, offer.families.length > 0 ? offer.families : (when.families ?? [])],
  ]
  for (const [name, asked, allowed] of sides) {
    if (asked !== undefined && !asked.some((one) => allowed.includes(one))) {
      yield {
        entry,
        problem: `can never apply: its ${name} and those of the offer '${offer.code}' have none in common`,
      }
    }
  }
  if ((when.auto_renew ?? offer.auto_renew) !== (offer.auto_renew ?? when.auto_renew)) {
    yield { entry, problem: `can never apply: its auto_renew is not that of the offer '${offer.code}'` }
  }
  for (const channel of channels) {
    if (!offer.channels.includes(channel)) {
      yield { entry, problem: `uses the channel '${channel}', which the offer '${offer.code}' does not allow` }
    }
  }
}

/** `offers[1] 'discount_20' assumed_saved_share`: the place in the file, with the name of the entry when it has one. */
function entryText(path: readonly PropertyKey[], document: unknown): string {
  if (path.length === 0) return 'the whole document'
  const [list, place, ...rest] = path
  if (typeof place !== 'number') return path.map(String).join('.')
  const entries = (document as Readonly<Record<string, readonly unknown[]>>)[String(list)]
  const { code, name } = (entries?.[place] ?? {}) as { readonly code?: unknown; readonly name?: unknown }
  const called = code ?? name
  const title = `${String(list)}[${place}]${called === undefined ? '' : ` '${String(called)}'`}`
  return rest.length === 0 ? title : `${title} ${rest.map(String).join('.')}`
}

function problemText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `has no field named ${issue.keys.join(', ')}`
  return issue.message.startsWith('must') ? issue.message : `is not usable: ${issue.message}`
}

function wrongOffers({ file }: OffersOrigin, mistakes: readonly Mistake[]): OttokError {
  const [{ entry, problem }, ...more] = mistakes as readonly [Mistake, ...Mistake[]]
  const others = more.length === 0 ? '' : ` (and ${more.length} more mistake${more.length === 1 ? '' : 's'})`
  return new OttokError({
    what: `the offers in ${file} are wrong: ${entry}`,
    cause: `It ${problem}${others}.`,
    mend: `Correct that entry in ${file} and run the command again; docs/offers.md describes every field.`,
    exitCode: 2,
  })
}
