import { OttokError } from '../../config/errors.ts'
import { hash32 } from '../random.ts'

/** The four uses of labelled rows. */
export type SliceName = 'train' | 'tune' | 'calibrate' | 'test'

/** Days of one slice, both inclusive, and, where two slices share days, the half of the users that is in it. */
export interface Slice {
  readonly from: string
  readonly to: string
  readonly half?: 0 | 1
}

/** Four slices in time; the last day of one is `horizonDays` before the first day of the next. */
export interface TemporalSlices extends Record<SliceName, Slice> {
  readonly horizonDays: number
  /** Whether tune and calibrate are the same days, each with one half of the users. */
  readonly sharedTuning: boolean
}

/** Every user has one training row in 7 days, so a slice of a week holds each user once. */
const week = 7
const leastTrainDays = week
/** Four slices of their own need this much to train on; with less, tune and calibrate share days. */
const separateTrainDays = 4 * week
/** From this on the test slice has two weeks: half the variance of its figures for a week less to train on. */
const wideTestDays = 8 * week
/** Past four weeks a later slice gains little, and training loses days. */
const mostSliceDays = 4 * week

/**
 * Cuts the days that have matured labels into four slices, newest last: train, tune (early stopping), calibrate, test.
 * Between two slices lies the label horizon, so that no label looks into a later slice. Test, calibrate and tune are
 * of whole weeks, about an eighth of the usable days each, test of at least two weeks where there is room; train gets the rest.
 *
 * @param days snapshot days with matured labels, `YYYY-MM-DD`, in any order, gaps allowed
 * @param horizonDays how far a label looks ahead, in days (churn: 32)
 * @throws OttokError when the days are too few, saying how many are needed, or when a slice would have no day
 */
export function temporalSlices(days: readonly string[], horizonDays: number): TemporalSlices {
  const numbers = [...new Set(days)].map(dayNumber).sort((a, b) => a - b)
  const span = numbers.length === 0 ? 0 : numbers.at(-1)! - numbers[0]! + 1
  const gap = horizonDays - 1
  const separate = span >= separateTrainDays + 3 * (week + gap)
  const laterSlices = separate ? 3 : 2
  const usable = span - laterSlices * gap
  const needed = leastTrainDays + 2 * (week + gap)
  if (span < needed) {
    throw new OttokError({
      what: 'cannot cut the history into train, tune, calibrate and test',
      cause: `Days with matured labels span ${span} days and at least ${needed} are needed (a label looks ${horizonDays} days ahead).`,
      mend: `Make ${needed - span} more days of history, then train again.`,
    })
  }
  const width = Math.min(mostSliceDays, Math.max(week, week * Math.floor(usable / 8 / week)))

  let end = numbers.at(-1)!
  const cut = (length: number): Slice => {
    const slice = { from: dayText(end - length + 1), to: dayText(end) }
    if (!numbers.some((day) => day > end - length && day <= end)) {
      throw new OttokError({
        what: 'cannot cut the history into train, tune, calibrate and test',
        cause: `There is no snapshot day with matured labels from ${slice.from} to ${slice.to}.`,
        mend: 'Make the snapshots and labels of those days, then train again.',
      })
    }
    end -= length + gap
    return slice
  }
  const test = cut(usable >= wideTestDays ? Math.max(width, 2 * week) : width)
  const calibrate = cut(width)
  const tune = separate ? cut(width) : calibrate
  const train = cut(end - numbers[0]! + 1)
  return separate
    ? { horizonDays, sharedTuning: false, train, tune, calibrate, test }
    : { horizonDays, sharedTuning: true, train, tune: { ...tune, half: 0 }, calibrate: { ...calibrate, half: 1 }, test }
}

/** The slice that a row belongs to; undefined when it lies in a gap between slices. */
export function sliceOf(slices: TemporalSlices, day: string, userId: string): SliceName | undefined {
  for (const name of ['train', 'tune', 'calibrate', 'test'] as const) {
    const { from, to, half } = slices[name]
    if (day >= from && day <= to && (half === undefined || half === userHalf(userId))) return name
  }
  return undefined
}

/** Half of the users that a user is in, 0 or 1; the same on every day. */
export function userHalf(userId: string): 0 | 1 {
  return (hash32(`tune-or-calibrate:${userId}`) & 1) as 0 | 1
}

function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 86_400_000
}

function dayText(number: number): string {
  return new Date(number * 86_400_000).toISOString().slice(0, 10)
}
