import * as z from 'zod'
import { OttokError } from '../../config/errors.ts'
import type { Tree, TreeEnsemble } from './tree-ensemble.ts'

const treeSchema = z.object({
  left_children: z.array(z.number()),
  right_children: z.array(z.number()),
  split_indices: z.array(z.number()),
  split_conditions: z.array(z.number()),
  split_type: z.array(z.number()).optional(),
  // 0 and 1 in version 1, numbers in version 3, booleans in between.
  default_left: z.array(z.union([z.number(), z.boolean()])),
  sum_hessian: z.array(z.number()),
  loss_changes: z.array(z.number()),
})

const modelSchema = z.object({
  learner: z.object({
    learner_model_param: z.object({ base_score: z.string(), num_feature: z.string() }),
    objective: z.object({ name: z.literal('binary:logistic') }),
    gradient_booster: z.object({
      name: z.literal('gbtree'),
      model: z.object({ trees: z.array(treeSchema).min(1) }),
    }),
  }),
})

type TreeJson = z.infer<typeof treeSchema>

/**
 * Reads a model that XGBoost saved as JSON (1.7 to 3.x: `base_score` is a number in text, in 3.x within brackets).
 *
 * @throws OttokError when it is no JSON, no `gbtree` of objective `binary:logistic`, or has categorical splits
 */
export function parseEnsemble(modelJson: string): TreeEnsemble {
  let json: unknown
  try {
    json = JSON.parse(modelJson)
  } catch (error) {
    throw refusal('It is no JSON.', error)
  }
  const parsed = modelSchema.safeParse(json)
  if (!parsed.success) {
    const first = parsed.error.issues[0]!
    throw refusal(`${first.path.join('.')}: ${first.message}.`)
  }
  const { learner_model_param: params, gradient_booster: booster } = parsed.data.learner
  return {
    columns: Number(params.num_feature),
    baseMargin: baseMargin(params.base_score),
    trees: booster.model.trees.map(parseTree),
  }
}

/** ln(p / (1 - p)) in 32-bit steps, as the library computes it, so that the last bit agrees. */
function baseMargin(text: string): number {
  const probability = Math.fround(Number(text.replace(/^\[|\]$/g, '')))
  if (!(probability > 0 && probability < 1)) throw refusal(`Its base_score is ${text}, which is no single probability.`)
  return Math.fround(-Math.log(Math.fround(Math.fround(1 / probability) - 1)))
}

/** Keeps what the root reaches, in breadth-first order: pruned nodes stay in the file, and ONNX would take each for a root. */
function parseTree(json: TreeJson, index: number): Tree {
  if (json.split_type?.some((type) => type !== 0)) throw refusal(`Tree ${index} has a categorical split.`)
  const order = [0]
  for (let i = 0; i < order.length; i++) {
    const node = order[i]!
    if (json.left_children[node] !== -1) order.push(json.left_children[node]!, json.right_children[node]!)
  }
  const placeOf = new Map(order.map((node, place) => [node, place]))
  const isLeaf = (node: number): boolean => json.left_children[node] === -1
  const inner = (node: number, value: number, atLeaf: number): number => (isLeaf(node) ? atLeaf : value)
  return {
    feature: Int32Array.from(order, (node) => inner(node, json.split_indices[node]!, -1)),
    threshold: Float32Array.from(order, (node) => inner(node, json.split_conditions[node]!, 0)),
    left: Int32Array.from(order, (node) => placeOf.get(json.left_children[node]!) ?? -1),
    right: Int32Array.from(order, (node) => placeOf.get(json.right_children[node]!) ?? -1),
    missingLeft: Uint8Array.from(order, (node) => inner(node, Number(json.default_left[node]), 0)),
    value: Float32Array.from(order, (node) => (isLeaf(node) ? json.split_conditions[node]! : 0)),
    cover: Float32Array.from(order, (node) => json.sum_hessian[node]!),
    gain: Float32Array.from(order, (node) => inner(node, json.loss_changes[node]!, 0)),
  }
}

function refusal(cause: string, underlying?: unknown): OttokError {
  return new OttokError({
    what: 'cannot read the model that XGBoost saved',
    cause,
    mend: 'Save a gbtree model of objective binary:logistic as JSON, with XGBoost 1.7 or later.',
    underlying,
  })
}
