// Loaded before a command (`node --import`): as if it ran on a machine of another name, whose clock is wrong.
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'

const host = process.env.OTTOK_TEST_HOST
if (host) {
  os.hostname = () => host
  syncBuiltinESMExports()
}

const shift = Number(process.env.OTTOK_TEST_CLOCK_SHIFT_MS ?? 0)
if (shift !== 0) {
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(RealDate.now() + shift)
      else super(...args)
    }

    static now() {
      return RealDate.now() + shift
    }
  }
}
