/**
 * SQL expressions over arrays of pieces (see timelines-sql.ts). The end of a spell and the moment by which a next
 * entitlement must begin travel as one UInt64, `end << 32 | reach`: the greater link is the later end and, among equal
 * ends, the later reach, which is just what the rule asks for.
 */

const reachMask = '4294967295'

/** Links of `pieces`; equal ends get the latest reach among them when channels differ in return days. */
export function linksSql(pieces: string, channelsDiffer: boolean): string {
  const reach = channelsDiffer ? `arrayMax(q -> if(q.end = p.end, q.reach, 0), ${pieces})` : 'p.reach'
  return `arrayMap(p -> bitOr(bitShiftLeft(toUInt64(p.end), 32), toUInt64(${reach})), ${pieces})`
}

/** The latest link among pieces that cover `moment`; 0 where nothing covers it. */
export function coverLinkSql(pieces: string, links: string, moment: string): string {
  return `arrayMax(arrayMap((p, link) -> if(p.begin <= ${moment} AND ${moment} < p.end, link, 0), ${pieces}, ${links}))`
}

/**
 * End of the spell as epoch seconds, following `first` (a link) for as long as a piece begins before the reach. Each
 * step gets to a later end or stays, so as many steps as there are pieces get to the last one.
 */
export function spellEndSql(begins: string, links: string, first: string): string {
  const next = `arrayMax(arrayMap((b, link) -> if(b < bitAnd(reached, ${reachMask}), link, 0), ${begins}, ${links}))`
  const last = `arrayFold((reached, step) -> greatest(reached, ${next}), ${links}, ${first})`
  return `toInt64(bitShiftRight(${last}, 32))`
}
