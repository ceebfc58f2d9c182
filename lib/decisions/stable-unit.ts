import { createHash } from 'node:crypto'

/** Salt of all draws of this experiment; another experiment needs another. */
const SALT = 'retention-1'

/**
 * A number in [0, 1) that looks random and is the same in every run and order: 52 bits of a SHA-256 of the salt, what is
 * drawn for, the account and the day. Draws of different purposes are independent of each other.
 */
export function stableUnit(purpose: string, userId: string, day: string): number {
  const digest = createHash('sha256').update(`${SALT}|${purpose}|${day}|${userId}`).digest()
  return (digest.readUIntBE(0, 6) * 16 + (digest[6]! >> 4)) / 2 ** 52
}
