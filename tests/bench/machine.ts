import { availableParallelism, cpus, release, totalmem, type } from 'node:os'

/** The machine in one line, as the README quotes it: `2 x AMD EPYC, 24 GiB, Linux 6.1, Node 20.20.2`. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() || 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  const system = `${type()} ${release().split('.').slice(0, 2).join('.')}`
  return `${availableParallelism()} x ${model}, ${memory} GiB, ${system}, Node ${process.versions.node}`
}
