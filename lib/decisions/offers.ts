import * as z from 'zod'
import { channels, lifecycles, riskBands, segmentNames } from './candidate.ts'

const share = z.number().min(0).max(1)
const kopecks = z.number().int().min(0)
const dayCount = z.number().int().min(0).max(400)
const code = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, { error: 'must be 1 to 40 of a-z, 0-9 and _, a letter first' })
const words = z.strictObject({ ru: z.string().min(1), en: z.string().min(1) })
const some = <T extends z.ZodType>(item: T) => z.array(item).min(1, { error: 'must name at least one' })

const channelSchema = z.strictObject({
  /** What one contact costs. */
  contact_cost_kopecks: kopecks,
  /** Most contacts by this channel in 7 days. */
  weekly_cap: z.number().int().min(0).max(50),
  /** Days after a contact by any channel in which this one stays silent. */
  quiet_days: dayCount,
})

const offerSchema = z.strictObject({
  code,
  /** What is done; several offers may be of one action. */
  action_code: code.refine((text) => text !== 'none', {
    error: "must not be 'none': that is the action without an offer",
  }),
  title: words,
  segments: some(z.enum(segmentNames)),
  lifecycles: some(z.enum(lifecycles)),
  risk_bands: some(z.enum(riskBands)),
  /** Families of reasons that it answers; none: any account, whatever its reasons. */
  families: z.array(z.string()),
  /** Only for accounts whose renewal is on, or off; left out: for both. */
  auto_renew: z.boolean().optional(),
  channels: some(z.enum(channels)),
  /** What a redeemed offer costs beside the discount. */
  redeem_cost_kopecks: kopecks,
  discount: z.strictObject({ percent: z.number().int().min(1).max(100), days: dayCount.min(1) }).optional(),
  /** Assumption until it is learned: share of the contacted who redeem, those who would have stayed included. */
  assumed_redeem_share: share,
  /** Assumption until it is learned: share of those about to leave who stay because of it. */
  assumed_saved_share: share,
  /** Days before the same offer may be sent to the same account again. */
  repeat_after_days: dayCount,
  /** Days from the contact in which it can be redeemed. */
  validity_days: dayCount.min(1),
})

const ruleSchema = z.strictObject({
  name: code,
  /** Conditions that must all hold; one that is left out always does. */
  when: z.strictObject({
    families: some(z.string()).optional(),
    risk_bands: some(z.enum(riskBands)).optional(),
    segments: some(z.enum(segmentNames)).optional(),
    lifecycles: some(z.enum(lifecycles)).optional(),
    auto_renew: z.boolean().optional(),
  }),
  offer: code,
  /** Channels in the order in which they are tried. */
  channels: some(z.enum(channels)),
})

export const offersSchema = z.strictObject({
  budget: z.strictObject({
    kopecks_per_day: kopecks,
    contacts_per_day: z.number().int().min(0),
    /** Largest share of both that random actions may take, so that exploration never starves the policy. */
    exploration_share: share,
  }),
  /** Most contacts with one account, by all channels together. */
  frequency: z.strictObject({ contacts_7d: z.number().int().min(0), contacts_30d: z.number().int().min(0) }),
  channels: z.strictObject({ email: channelSchema, push: channelSchema, sms: channelSchema }),
  /** Accounts that renew by themselves and do not watch: a message may remind them that they pay. */
  sleeping_dogs: z.strictObject({
    inactive_days: dayCount.min(1),
    /** Bands in which they are left alone; without risk always. */
    risk_bands: some(z.enum(riskBands)).refine((bands) => bands.includes('low'), {
      error: "must name 'low': who renews by himself and is not about to leave is never reminded",
    }),
  }),
  offers: some(offerSchema),
  /** The first rule that fits decides. */
  rules: z.array(ruleSchema),
})

/** The document of offers, channels, limits and rules, checked. Money is in kopecks, shares are in [0, 1]. */
export type Offers = z.infer<typeof offersSchema>
export type Offer = Offers['offers'][number]
export type Rule = Offers['rules'][number]
