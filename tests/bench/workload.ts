/** One comparison: a figure of ours beside a rival's, or beside another way of our own. */
export interface Workload {
  /** Name in the output, `<benchmark>/<what>`. */
  readonly workload: string
  /** Unit of the figures, e.g. `ms`, `rows/s`, `rocAuc`. */
  readonly unit: string
  /** Whether a smaller or a larger figure is better. */
  readonly better: 'lower' | 'higher'
  /** The ratio that we want to reach, or null where the figure is only watched. */
  readonly goal: number | null
  /** Makes the input and the rival ready; nothing of it is measured. */
  prepare(): Promise<Contest>
}

/** A workload that is ready to run. Each call is one run and returns its figure in the workload's unit. */
export interface Contest {
  /** The rival's name and version, or `self` for two ways of our own. */
  readonly peer: string
  ours(): Promise<number>
  theirs(): Promise<number>
  /** For model quality: the best peer's ROC-AUC minus ours, asked after the runs. */
  aucGap?(): number
  close(): Promise<void>
}

/** One line of output: see "Benchmarks" of the command line's contract. */
export interface Row {
  readonly workload: string
  readonly unit: string
  readonly ours: number
  readonly peer: string
  readonly theirs: number
  /** How many times better ours is: above 1 is better, whatever the unit. */
  readonly ratio: number
  readonly goal: number | null
  readonly runs: number
  readonly machine: string
  readonly aucGap?: number
}
