/** What an account uses: fixed for its life, drawn from its number alone. */
import type { Account } from '../account.ts'
import type { Parameters } from '../parameters.ts'
import { type Random, STREAM } from '../random.ts'
import { platforms } from '../viewing.ts'

export interface Mobile {
  readonly system: 'android' | 'ios'
  /** Position among the account's devices. */
  readonly device: number
  /** Days that the installation had been in use on the world's day 0. */
  readonly age: number
}

export interface Habits {
  /** How many browsers open the site; 0 = none ever. */
  readonly browsers: number
  readonly signsIn: boolean
  /** Whose browser is opened; the account's own number unless a household shares one. */
  readonly browserOwner: number
  readonly mobile: Mobile | null
  /** Position of the TV set whose firmware reports, or -1. */
  readonly tv: number
}

/** `random` is left anywhere in the account's own sequence. */
export function habitsOf({ traits }: Account, { behaviour }: Parameters, random: Random): Habits {
  const { number } = traits
  // Both of a pair have to come to the same answer.
  const shared = random.at(STREAM.household, number >> 1, 0).chance(behaviour.web.sharedBrowsers)
  random.at(STREAM.habits, number, 0)
  const browsers = random.chance(behaviour.web.users) || shared ? (random.chance(0.3) ? 2 : 1) : 0
  const signsIn = !random.chance(behaviour.web.neverSignsIn)
  const reports = random.chance(behaviour.tv.reporting)
  const age = random.integer(behaviour.app.installationDays)
  const android = deviceOf(traits, 'android')
  const ios = deviceOf(traits, 'ios')
  const system = android >= 0 ? 'android' : 'ios'
  const device = android >= 0 ? android : ios
  return {
    browsers,
    signsIn,
    browserOwner: shared ? number - (number & 1) : number,
    mobile: device >= 0 ? { system, device, age } : null,
    tv: reports ? deviceOf(traits, 'tv') : -1,
  }
}

/** Players name devices in the same way: the main platform first, the next ones after it. */
function deviceOf(traits: Account['traits'], platform: (typeof platforms)[number]['name']): number {
  const wanted = platforms.findIndex(({ name }) => name === platform)
  const nth = (wanted - traits.platform + platforms.length) % platforms.length
  return nth < traits.devices.length ? nth : -1
}
