/** Numbers of what accounts do beside watching. Rates are sessions a day; strengths are on the log or logit scale. */

export interface BehaviourParameters {
  /** How strongly the mood of the day moves every use of the service. */
  readonly mood: number
  readonly weekend: number
  readonly web: {
    /** Share of accounts that ever open the site in a browser, and of those the share that never signs in there. */
    readonly users: number
    readonly neverSignsIn: number
    readonly rate: number
    readonly hits: number
    /** A visit signs in (again). */
    readonly signIn: number
    /** Pairs of accounts that share a browser. */
    readonly sharedBrowsers: number
    /** Days after which a browser forgets its cookie: least, and the spread beyond. */
    readonly cookieDays: number
    readonly cookieSpread: number
  }
  readonly app: {
    readonly rate: number
    readonly events: number
    /** A session in which nobody is signed in, and the days between installations. */
    readonly signedOut: number
    readonly installationDays: number
    readonly pushOpen: number
    readonly errors: number
  }
  readonly tv: {
    /** Share of TV sets whose firmware reports to Trex. */
    readonly reporting: number
    readonly rate: number
    readonly events: number
    readonly errors: number
    readonly loadLogMean: number
    readonly loadLogSd: number
  }
  /** Errors are likelier where satisfaction is below its level, by this much a unit. */
  readonly errorsOfDissatisfaction: number
  readonly concern: {
    /** Looks at account, price, help or cancellation, from curiosity and from a will to leave. */
    readonly curious: number
    readonly willing: number
    readonly will: number
    /** Factor in the last days of a period. */
    readonly periodEnd: number
    /** Share of such looks that reach the cancellation page, at no will. */
    readonly cancelLogit: number
    readonly help: number
    readonly price: number
    /** While a payment is retried, and after the end. */
    readonly retrying: number
    readonly lapsed: number
    readonly lapsedHalfLifeDays: number
  }
  /** Of cancellations with us (stores have their own pages): share made on the site and in the app. */
  readonly cancelledOnWeb: number
  readonly cancelledInApp: number
  readonly account: {
    /** Logits of a verified address at satisfaction 0. */
    readonly emailVerified: number
    readonly phoneVerified: number
    readonly verifiedByMood: number
    readonly consents: { readonly email: number; readonly push: number; readonly sms: number }
    /** Chance a day of a consent taken back, how the mood moves it, and of any other change. */
    readonly withdrawRate: number
    readonly withdrawByMood: number
    readonly changeRate: number
    /** Registered with Pass.Media for another service long before. */
    readonly registeredBefore: number
  }
}

export const defaultBehaviour: BehaviourParameters = {
  mood: 0.55,
  weekend: 0.25,
  web: {
    users: 0.62,
    neverSignsIn: 0.12,
    rate: 0.03,
    hits: 1.7,
    signIn: 0.35,
    sharedBrowsers: 0.03,
    cookieDays: 25,
    cookieSpread: 220,
  },
  app: { rate: 0.072, events: 1.3, signedOut: 0.015, installationDays: 260, pushOpen: 0.08, errors: 0.02 },
  tv: { reporting: 0.5, rate: 0.125, events: 1.1, errors: 0.035, loadLogMean: 7.6, loadLogSd: 0.6 },
  errorsOfDissatisfaction: 0.5,
  concern: {
    curious: 0.003,
    willing: 0.008,
    will: 1.5,
    periodEnd: 1.8,
    cancelLogit: -0.6,
    help: 0.3,
    price: 0.35,
    retrying: 0.09,
    lapsed: 0.012,
    lapsedHalfLifeDays: 25,
  },
  cancelledOnWeb: 0.5,
  cancelledInApp: 0.28,
  account: {
    emailVerified: 0.9,
    phoneVerified: 0.6,
    verifiedByMood: 0.3,
    consents: { email: 0.62, push: 0.48, sms: 0.3 },
    withdrawRate: 0.0008,
    withdrawByMood: -0.35,
    changeRate: 0.0012,
    registeredBefore: 0.3,
  },
}
