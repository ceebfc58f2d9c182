import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ShopCli } from '../../cli/shop-cli.ts'

/** One line of a daemon's log. */
export interface Line {
  readonly at: string
  readonly event: string
  readonly [field: string]: unknown
}

/** A daemon in a process of its own, with what it has logged. */
export class DaemonProcess {
  readonly child: ChildProcessWithoutNullStreams
  readonly lines: Line[] = []
  err = ''
  /** Exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
  #rest = ''

  constructor(shop: ShopCli, options: readonly string[] = []) {
    this.child = shop.start(['daemon', '--interval', '1s', '--jsonl', ...options])
    this.child.stdout.on('data', (chunk) => {
      const lines = (this.#rest + chunk).split('\n')
      this.#rest = lines.pop()!
      this.lines.push(...lines.map((line) => JSON.parse(line) as Line))
    })
    this.child.stderr.on('data', (chunk) => {
      this.err += chunk
    })
    this.ended = new Promise((resolve) =>
      this.child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
    )
  }

  get pid(): number {
    return this.child.pid!
  }

  /** The first line, from number `from` on, that fits. Throws when the process ends without one. */
  async until(fits: (line: Line) => boolean, from = 0): Promise<Line> {
    for (;;) {
      const found = this.lines.slice(from).find(fits)
      if (found) return found
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`the daemon ended with ${await this.ended}: ${JSON.stringify(this.lines)} ${this.err}`)
      }
      await sleep(20)
    }
  }

  event(name: string, from = 0): Promise<Line> {
    return this.until((line) => line.event === name, from)
  }

  tick(status: string, from = 0): Promise<Line> {
    return this.until((line) => line.event === 'tick' && line.status === status, from)
  }
}
