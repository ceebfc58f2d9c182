/** What may still be spent on a day. */
export interface Purse {
  /** Takes one contact and its cost; false, and nothing is taken, when either is not there. */
  take(costKopecks: number): boolean
  /** What was taken. */
  readonly spent: { readonly kopecks: number; readonly contacts: number }
}

export function purseOf(kopecks: number, contacts: number): Purse {
  let spentKopecks = 0
  let spentContacts = 0
  return {
    take(costKopecks) {
      if (spentKopecks + costKopecks > kopecks || spentContacts + 1 > contacts) return false
      spentKopecks += costKopecks
      spentContacts += 1
      return true
    },
    get spent() {
      return { kopecks: spentKopecks, contacts: spentContacts }
    },
  }
}
