import type { SimulatedWorld } from '../sources/simulator/index.ts'

/** What a simulation delivered, by source, and what it took. */
export function simulationText({ rows, bytes, elapsedMs, peakMemoryBytes }: SimulatedWorld): string {
  const lines = Object.entries(rows).map(
    ([source, n]) =>
      `  ${source.padEnd(16)}${String(n).padStart(12)} rows${megabytes(bytes[source as keyof typeof bytes]).padStart(12)}`,
  )
  return [...lines, `simulated in ${(elapsedMs / 1000).toFixed(1)} s, ${megabytes(peakMemoryBytes)} at most`].join('\n')
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
