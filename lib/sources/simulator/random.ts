/** The simulator's own random numbers: repeatable on every machine, and cheap enough for billions of draws. */

/** Small enough for a processor's first cache, which the hot loop lives in. */
const QUANTILES = 4096
const NORMALS = Float64Array.from({ length: QUANTILES }, (_, i) => normalQuantile((i + 0.5) / QUANTILES))
/** e^-12 .. e^12. */
const POWERS = Float64Array.from({ length: 25 }, (_, i) => Math.exp(i - 12))

/**
 * xoroshiro64** (Blackman and Vigna). Every process reseeds it from (world seed, stream, two counters), so one
 * account's day never depends on how many numbers another account drew.
 */
export class Random {
  private readonly state = new Int32Array(2)
  private readonly seed: number

  constructor(seed: number) {
    this.seed = mix(seed | 0)
  }

  /** Starts the sequence that belongs to `stream` and the counters `a`, `b`. */
  at(stream: number, a: number, b: number): this {
    const first = mix(this.seed ^ mix(Math.imul(stream + 1, 0x9e3779b1) ^ a))
    this.state[0] = mix(first ^ Math.imul(b + 1, 0x85ebca6b))
    this.state[1] = mix(first + Math.imul(b ^ 0x5bd1e995, 0xc2b2ae35)) | 1
    return this
  }

  /** 32 random bits, as a signed integer. */
  bits(): number {
    const a = this.state[0] as number
    const b = (this.state[1] as number) ^ a
    const scrambled = Math.imul(a, 0x9e3779bb)
    this.state[0] = ((a << 26) | (a >>> 6)) ^ b ^ (b << 9)
    this.state[1] = (b << 13) | (b >>> 19)
    return Math.imul((scrambled << 5) | (scrambled >>> 27), 5)
  }

  /** Uniform on [0, 1). */
  uniform(): number {
    return (this.bits() >>> 0) / 4294967296
  }

  /** Standard normal, one of 4,096 quantiles (largest 3.7). */
  normal(): number {
    return NORMALS[this.bits() >>> 20] as number
  }

  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  /**
   * `chance(rate * e^logFactor)` for small rates: most draws are settled by the next whole power of e, since an
   * exponential costs more than all the rest of a simulated day. `logFactor` is cut at 12.
   */
  strikes(rate: number, logFactor: number): boolean {
    const luck = this.uniform()
    const power = Math.ceil(logFactor)
    if (luck >= rate * (POWERS[power < -12 ? 0 : power > 12 ? 24 : power + 12] as number)) return false
    return luck < rate * Math.exp(Math.min(12, logFactor))
  }

  /** Integer in [0, `below`). */
  integer(below: number): number {
    return Math.floor(this.uniform() * below)
  }

  /** Exponential with the given mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform())
  }

  /** Index drawn by `weights`, which need not sum to 1. */
  weighted(weights: readonly number[]): number {
    let rest = this.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
    for (let i = 0; i < weights.length - 1; i += 1) {
      rest -= weights[i] as number
      if (rest < 0) return i
    }
    return weights.length - 1
  }
}

/** Streams of random numbers; each process draws from its own. */
export const STREAM = {
  traits: 1,
  life: 2,
  viewing: 3,
  logging: 4,
  catalogue: 5,
  taste: 6,
  arrivals: 7,
  future: 8,
  clock: 9,
  behaviour: 20,
  habits: 21,
  household: 22,
  sessions: 23,
  cookie: 24,
  installation: 25,
  delivery: 26,
  passMedia: 27,
  details: 28,
  season: 40,
  campaign: 41,
} as const

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** The finalizer of MurmurHash3: every input bit reaches every output bit. */
function mix(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Acklam's rational approximation of the inverse normal distribution; relative error below 1.2e-9. */
function normalQuantile(p: number): number {
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
  ]
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1]
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ]
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
  const horner = (k: readonly number[], x: number): number => k.reduce((sum, coefficient) => sum * x + coefficient, 0)
  if (p > 0.5) return -normalQuantile(1 - p)
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    return horner(c, q) / horner(d, q)
  }
  const q = p - 0.5
  return (q * horner(a, q * q)) / horner(b, q * q)
}
