/** 1 / (1 + e^-margin), without overflow at either end. */
export function sigmoid(margin: number): number {
  if (margin >= 0) return 1 / (1 + Math.exp(-margin))
  const grown = Math.exp(margin)
  return grown / (1 + grown)
}

/** ln(p / (1 - p)), with p kept within [1e-9, 1 - 1e-9] so that the result is finite. */
export function logit(probability: number): number {
  const p = Math.min(Math.max(probability, 1e-9), 1 - 1e-9)
  return Math.log(p / (1 - p))
}
