import { type Graph, partitionKey, partitionOrdinal, timeOf, timeWindow } from '../../../../lib/graph/index.ts'
import type { Recorder } from './recorder.ts'

type Version = Recorder['versions'][number]

/**
 * Edges of all that one version was made from, and of all current versions that were made from it, by looking through
 * every record for every question.
 */
export function slowLineage(graph: Graph, versions: readonly Version[], seq: number): string[] {
  const root = versions[seq - 1]!
  const edges = new Set<string>()
  const done = new Set<string>()
  const isDone = (way: string, version: Version) => {
    const before = done.has(`${way}${version.seq}`)
    done.add(`${way}${version.seq}`)
    return before
  }
  const up = (version: Version) => {
    if (isDone('up', version)) return
    for (const [input, upstream] of readBy(graph, versions, version)) {
      edges.add(`${name(upstream)} -${input}-> ${name(version)}`)
      up(upstream)
    }
  }
  const down = (version: Version) => {
    if (isDone('down', version)) return
    for (const reader of versions.filter((one) => isCurrent(versions, one))) {
      for (const [input, upstream] of readBy(graph, versions, reader)) {
        if (upstream !== version) continue
        edges.add(`${name(version)} -${input}-> ${name(reader)}`)
        down(reader)
      }
    }
  }
  up(root)
  down(root)
  return [...edges].sort()
}

function name({ key, partition, seq }: Version): string {
  return `${key}${partition === '' ? '' : `@${partition}`}#${seq}`
}

function isCurrent(versions: readonly Version[], one: Version): boolean {
  return !versions.some(({ key, partition, seq }) => key === one.key && partition === one.partition && seq > one.seq)
}

function readBy(graph: Graph, versions: readonly Version[], reader: Version): [string, Version][] {
  const read: [string, Version][] = []
  for (const { name: input, upstream, box, mapping, asOfSeq } of reader.inputs) {
    const space = graph.space(upstream)
    const keys = box.keys ?? space.keys
    const times = space.time ? Array.from({ length: Math.max(0, box.to - box.from) }, (_, i) => box.from + i) : [0]
    for (const time of times) {
      for (const key of keys) {
        const partition = partitionKey(space, time * space.keys.length + space.keys.indexOf(key))
        const known = versions.filter((v) => v.key === upstream && v.partition === partition && v.seq <= asOfSeq)
        let version = known.at(-1)
        if (mapping === 'asOf') {
          const own = graph.space(reader.key)
          const end = timeWindow(own.time!, timeOf(own, partitionOrdinal(own, reader.partition)!)).to
          version = known.filter(({ asOf }) => asOf <= end).at(-1) ?? known[0]
        }
        if (version) read.push([input, version])
      }
    }
  }
  return read
}
