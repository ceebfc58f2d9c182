import { type CombinedVersion, LANES } from './version-index.ts'

/*
 * H(partition, data version) and the text of a sum of them. A plan takes H of every recorded partition,
 * so it must cost tens of nanoseconds and not the microseconds of a cryptographic hash: nobody attacks
 * his own lineage, and data versions are hashes of content already.
 */

/** Odd multipliers of the four lanes (those of MurmurHash3, x86, 128 bits). */
const MULTIPLIERS = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const

/** 128 bits; every lane takes in every character, then is mixed until each bit hangs on each. */
export function memberHash(partition: string, dataVersion: string): Uint32Array {
  const [m0, m1, m2, m3] = MULTIPLIERS
  let h0 = 0x9e3779b9
  let h1 = 0x243f6a88
  let h2 = 0xb7e15162
  let h3 = 0x6a09e667
  const take = (text: string) => {
    for (let i = 0; i < text.length; i++) {
      const char = text.charCodeAt(i)
      h0 = rotate(Math.imul(h0 ^ char, m0) + h1, 13)
      h1 = rotate(Math.imul(h1 ^ char, m1) + h2, 15)
      h2 = rotate(Math.imul(h2 ^ char, m2) + h3, 17)
      h3 = rotate(Math.imul(h3 ^ char, m3) + h0, 19)
    }
    // Lengths keep ('ab', '') and ('a', 'b') apart.
    h0 ^= text.length
    h1 = Math.imul(h1 ^ 0x10001, m3) + h3
  }
  take(partition)
  take(dataVersion)
  h0 += h1 + h2 + h3
  h1 += h0
  h2 += h0
  h3 += h0
  const hash = new Uint32Array(LANES)
  hash[0] = mixed(h0)
  hash[1] = mixed(h1)
  hash[2] = mixed(h2)
  hash[3] = mixed(h3)
  return hash
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

/** MurmurHash3's finalizer. */
function mixed(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

export function combinedText(count: number, lanes: Uint32Array): CombinedVersion {
  return `${count}:${Array.from(lanes, (lane) => lane.toString(16).padStart(8, '0')).join('')}`
}

export function countOf(version: CombinedVersion): number {
  return Number(version.slice(0, version.indexOf(':')))
}

const COLON = 58

/** Whether a text says these numbers; as `combinedText(...) === version`, without making a text. */
export function isCombined(version: CombinedVersion, count: number, lanes: Uint32Array): boolean {
  let at = 0
  let counted = 0
  for (; at < version.length && version.charCodeAt(at) !== COLON; at++)
    counted = counted * 10 + version.charCodeAt(at) - 48
  if (counted !== count || version.length !== at + 1 + LANES * 8) return false
  at++
  for (let lane = 0; lane < LANES; lane++) {
    let value = 0
    for (let digit = 0; digit < 8; digit++, at++) {
      const char = version.charCodeAt(at)
      value = (value << 4) | (char < COLON ? char - 48 : char - 87)
    }
    if (value >>> 0 !== lanes[lane]) return false
  }
  return true
}
