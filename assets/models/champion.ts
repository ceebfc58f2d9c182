import { OttokError } from '../../lib/config/errors.ts'
import { asset, fixed, type InputPartition, objects } from '../../lib/graph/index.ts'
import type { ChurnQuality } from '../../lib/learning/index.ts'
import { segments } from '../service.ts'
import { churnModel } from './churn-model.ts'

/** The lower 95% bound of ROC-AUC that a challenger must reach to take over. */
const LEAST_AUC = 0.7

/**
 * The model that scores a segment. The newest model takes over when it passes the gates; else the last
 * champion stays. Scores read it as of their day, so that a change of champion touches no earlier score.
 */
export const champion = asset({
  key: 'models/champion',
  description: 'The model in force, by segment; its history says which one scored which day.',
  partitions: fixed(...segments),
  deps: { models: churnModel },
  store: objects({ extension: 'json' }),
  materialize: async ({ partition, inputs, previous, log }) => {
    const newest = inputs.models.partitions.at(-1)
    if (!newest) {
      throw new OttokError({
        what: `there is no model for ${partition.key}`,
        cause: 'No month of models/churn was made.',
        mend: "Run `ottok materialize '+models/champion'`.",
      })
    }
    const failed = failedGates(qualityOf(newest))
    if (failed.length > 0) log.warn(`${newest.partition} does not pass the gates`, { failed })
    const chosen = failed.length === 0 || !previous ? newest : previous
    const promoted = chosen === newest
    const metadata = {
      ...chosen.metadata,
      model: promoted ? newest.partition : chosen.metadata.model,
      failedGates: failed,
    }
    return { kind: 'bytes', bytes: await chosen.bytes(), metadata }
  },
})

/** Gates that a model does not pass, in words. The first model of a segment is taken as it is, with these on record. */
function failedGates(quality: ChurnQuality): string[] {
  const failed: string[] = []
  if (quality.rocAuc.low < LEAST_AUC) failed.push(`ROC-AUC at least ${quality.rocAuc.low.toFixed(3)}, not ${LEAST_AUC}`)
  const due = quality.due.rocAuc
  if (due && due.low < LEAST_AUC) failed.push(`ROC-AUC of due users at least ${due.low.toFixed(3)}, not ${LEAST_AUC}`)
  return failed
}

function qualityOf(model: InputPartition): ChurnQuality {
  return model.metadata.quality as ChurnQuality
}
