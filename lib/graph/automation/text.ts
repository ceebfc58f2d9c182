import type { Condition, DepsFilter, PlainKind } from './conditions.ts'

/** Short text of a condition, canonical: equal conditions have equal text. */
export function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return `${condition.kind}(${condition.of.map(conditionText).join(', ')})`
    case 'not':
    case 'newly':
      return `${condition.kind}(${conditionText(condition.of)})`
    case 'since':
      return `since(${conditionText(condition.trigger)}, ${conditionText(condition.reset)})`
    case 'anyDepsMatch':
    case 'allDepsMatch':
      return `${condition.kind}(${[conditionText(condition.of), ...filterTexts(condition)].join(', ')})`
    case 'anyDepsMissing':
    case 'stale':
      return `${condition.kind}(${filterTexts(condition).join(', ')})`
    case 'inLatestTimeWindow':
      return `inLatestTimeWindow(${condition.lookbackDays === 0 ? '' : `${condition.lookbackDays} days`})`
    case 'cronTickPassed':
      return `cronTickPassed(${condition.cron}, ${condition.timezone})`
    case 'newlyUpdated':
      return `newlyUpdated(${condition.byOthers ? 'by others' : ''})`
    case 'tried': {
      const { retries, afterMinutes, until } = condition
      return `tried(${[retries, `${afterMinutes} min`, ...(until ? [conditionText(until)] : [])].join(', ')})`
    }
    default:
      return `${condition.kind}()`
  }
}

const PLAIN_WORDS: Readonly<Record<PlainKind, string>> = {
  missing: 'it was never made',
  failed: 'its last attempt failed',
  inProgress: 'a run works on it',
  codeVersionChanged: "it was made from other code than today's",
  newlyRequested: 'the tick before requested it',
  willBeRequested: 'this tick requests it',
  handled: 'it was made since the tick before, or needed nothing then',
}

/** What a condition says of a partition, in words; the parts of `and`, `or`, `not` and `since` are not in it. */
export function conditionWords(condition: Condition): string {
  switch (condition.kind) {
    case 'and':
      return 'all of'
    case 'or':
      return 'any of'
    case 'not':
      return 'not'
    case 'newly':
      return 'from this tick on'
    case 'since':
      return 'the first of these held, and the second did not since'
    case 'anyDepsMatch':
      return `of at least one input${filterWords(condition)}: ${wholeWords(condition.of)}`
    case 'allDepsMatch':
      return `of every input${filterWords(condition)}: ${wholeWords(condition.of)}`
    case 'anyDepsMissing':
      return `an input${filterWords(condition)} is not there and is not requested`
    case 'stale':
      return `it is stale${filterWords(condition)}`
    case 'inLatestTimeWindow':
      return latestWords(condition.lookbackDays)
    case 'cronTickPassed':
      return `a tick of '${condition.cron}' (${condition.timezone}) has passed since the tick before`
    case 'newlyUpdated':
      return `it was updated since the tick before${condition.byOthers ? ', and not for this asset' : ''}`
    case 'tried':
      return 'it was tried, failed, and neither changed since nor is due for a retry'
    default:
      return PLAIN_WORDS[condition.kind]
  }
}

/** A condition with its parts in one phrase. */
function wholeWords(condition: Condition): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.map(wholeWords).join(` ${condition.kind} `)
    case 'not':
      return `not (${wholeWords(condition.of)})`
    case 'newly':
      return `${wholeWords(condition.of)}, from this tick on`
    case 'since':
      return `since (${wholeWords(condition.reset)}) it held that ${wholeWords(condition.trigger)}`
    default:
      return conditionWords(condition)
  }
}

function latestWords(lookbackDays: number): string {
  if (lookbackDays === 0) return 'it is the newest in time'
  return lookbackDays === Number.POSITIVE_INFINITY
    ? 'it exists'
    : `it ends less than ${lookbackDays} days before the newest`
}

function filterTexts({ only, ignore }: DepsFilter): string[] {
  return [...(only === undefined ? [] : [`only ${only}`]), ...(ignore === undefined ? [] : [`ignore ${ignore}`])]
}

function filterWords(filter: DepsFilter): string {
  const texts = filterTexts(filter)
  return texts.length === 0 ? '' : ` (${texts.join(', ')})`
}
