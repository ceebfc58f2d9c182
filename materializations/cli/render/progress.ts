import type { RunProgress } from '../../executor/run.ts'
import { addressText } from '../../operations/partition-ranges.ts'
import type { Output } from '../output.ts'
import { durationText } from './words.ts'

const BAR = 20

/** Shows a run as it goes on: bar, partitions done, rate, time left, what runs now. */
export function showProgress(output: Output): (progress: RunProgress) => void {
  const started = performance.now()
  const running = new Map<number, string>()
  return ({ done, total, step, state }) => {
    if (state === 'started') running.set(step.no, addressText(step.key, step.partitions[0] ?? ''))
    else running.delete(step.no)
    const filled = total === 0 ? 0 : Math.floor((done / total) * BAR)
    const elapsed = performance.now() - started
    const left = done === 0 ? '' : ` ${durationText((elapsed / done) * (total - done))} left`
    const rate = done === 0 ? '' : ` ${(done / (elapsed / 1000)).toFixed(1)}/s`
    const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}`
    output.progress(`${bar} ${done}/${total}${rate}${left} ${[...running.values()].join(', ')}`.trimEnd())
  }
}
