/** What a figure is called, its unit, and what we want of it. */
export interface Figure {
  /** Name in the output, `<benchmark>/<what>`. */
  readonly workload: string
  /** Unit of the figures, e.g. `ms`, `rows/s`, `rocAuc`. */
  readonly unit: string
  /** Whether a smaller or a larger figure is better. */
  readonly better: 'lower' | 'higher'
  /** The ratio that we want to reach, or null where the figure is only watched. */
  readonly goal: number | null
}

/** One comparison: a figure of ours beside a rival's, or beside another way of our own. */
export interface Workload extends Figure {
  /** More figures of the same runs, e.g. memory and number of queries; a row of output each. */
  readonly beside?: readonly Figure[]
  /** Makes the input and the rival ready; nothing of it is measured. */
  prepare(): Promise<Contest>
}

/** The figure of one run, or that figure and then those of `beside`, in order; each in its unit. */
export type Figures = number | readonly number[]

/** A workload that is ready to run. Each call is one run. */
export interface Contest {
  /** The rival's name and version, or `self` for two ways of our own. */
  readonly peer: string
  ours(): Promise<Figures>
  theirs(): Promise<Figures>
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
  /** Runs of the side that had fewer. */
  readonly runs: number
  readonly machine: string
  readonly aucGap?: number
}
