import { OttokError } from '../../config/errors.ts'
import type { TreeEnsemble } from '../model/index.ts'
import { type ModelSignature, signatureProps } from './signature.ts'

/** Loaded when a model is written: commands that write none start sooner. */
type Onnx = typeof import('onnx-proto')['onnx']
type Attribute = InstanceType<Onnx['AttributeProto']>

/** Names of the graph's input and outputs. */
export const onnxNames = { input: 'features', margin: 'margin', probability: 'probability' } as const

/**
 * Writes an ensemble as an ONNX model: input `features` (float, rows x columns), outputs `margin` (log-odds) and
 * `probability` (its sigmoid, before calibration), both float, rows x 1. Equal input gives equal bytes.
 *
 * The trees are a TreeEnsembleRegressor of ai.onnx.ml 3 with BRANCH_LT, which is XGBoost's own test, and no post
 * transform: with LOGISTIC the regressor silently returns margins. IR 8, opset 17.
 *
 * The base margin is folded into the leaves of the first tree. XGBoost begins its 32-bit sum with it and the runtime
 * would end with it, which for 600 trees differs by 1.2e-6 in probability; folded, and on one thread, both sums take
 * the same steps and the margins agree to the last bit.
 *
 * @throws OttokError when the signature names another number of features than the ensemble reads
 */
export async function writeOnnx(ensemble: TreeEnsemble, signature: ModelSignature): Promise<Uint8Array> {
  if (signature.features.length !== ensemble.columns) {
    throw new OttokError({
      what: `cannot write model ${signature.modelVersion} as ONNX`,
      cause: `Its signature names ${signature.features.length} features and its trees read ${ensemble.columns} columns.`,
      mend: 'Give the names of the columns that it was trained on.',
    })
  }
  const { onnx } = (await import('onnx-proto')).default
  const model = onnx.ModelProto.create({
    irVersion: 8,
    producerName: 'ottok',
    opsetImport: [
      { domain: '', version: 17 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    metadataProps: signatureProps(signature),
    graph: {
      name: 'churn',
      node: [
        {
          name: 'trees',
          opType: 'TreeEnsembleRegressor',
          domain: 'ai.onnx.ml',
          input: [onnxNames.input],
          output: [onnxNames.margin],
          attribute: treeAttributes(onnx, ensemble),
        },
        { name: 'sigmoid', opType: 'Sigmoid', input: [onnxNames.margin], output: [onnxNames.probability] },
      ],
      input: [floatTable(onnx, onnxNames.input, ensemble.columns)],
      output: [floatTable(onnx, onnxNames.margin, 1), floatTable(onnx, onnxNames.probability, 1)],
    },
  })
  return onnx.ModelProto.encode(model).finish()
}

/** The ensemble as the flat, parallel attributes of the operator. */
function treeAttributes(onnx: Onnx, ensemble: TreeEnsemble): Attribute[] {
  const { FLOATS, INT, INTS, STRING, STRINGS } = onnx.AttributeProto.AttributeType
  const attribute = (parts: Parameters<Onnx['AttributeProto']['create']>[0]): Attribute =>
    onnx.AttributeProto.create(parts)
  const numbers = (name: string, values: number[], areFloats: boolean): Attribute =>
    attribute(areFloats ? { name, type: FLOATS, floats: values } : { name, type: INTS, ints: values })
  const strings = (name: string, values: string[]): Attribute =>
    attribute({ name, type: STRINGS, strings: values.map(utf8) })
  const nodes = {
    treeids: [] as number[],
    nodeids: [] as number[],
    featureids: [] as number[],
    modes: [] as string[],
    values: [] as number[],
    truenodeids: [] as number[],
    falsenodeids: [] as number[],
    missing_value_tracks_true: [] as number[],
  }
  const target = { treeids: [] as number[], nodeids: [] as number[], ids: [] as number[], weights: [] as number[] }
  for (const [treeId, tree] of ensemble.trees.entries()) {
    for (let node = 0; node < tree.feature.length; node++) {
      const isLeaf = tree.feature[node]! < 0
      nodes.treeids.push(treeId)
      nodes.nodeids.push(node)
      nodes.featureids.push(isLeaf ? 0 : tree.feature[node]!)
      nodes.modes.push(isLeaf ? 'LEAF' : 'BRANCH_LT')
      nodes.values.push(tree.threshold[node]!)
      nodes.truenodeids.push(isLeaf ? 0 : tree.left[node]!)
      nodes.falsenodeids.push(isLeaf ? 0 : tree.right[node]!)
      nodes.missing_value_tracks_true.push(tree.missingLeft[node]!)
      if (!isLeaf) continue
      target.treeids.push(treeId)
      target.nodeids.push(node)
      target.ids.push(0)
      target.weights.push(treeId === 0 ? Math.fround(ensemble.baseMargin + tree.value[node]!) : tree.value[node]!)
    }
  }
  return [
    attribute({ name: 'n_targets', type: INT, i: 1 }),
    attribute({ name: 'base_values', type: FLOATS, floats: [0] }),
    attribute({ name: 'aggregate_function', type: STRING, s: utf8('SUM') }),
    attribute({ name: 'post_transform', type: STRING, s: utf8('NONE') }),
    ...Object.entries(nodes).map(([name, values]) =>
      name === 'modes'
        ? strings(`nodes_${name}`, nodes.modes)
        : numbers(`nodes_${name}`, values as number[], name === 'values'),
    ),
    ...Object.entries(target).map(([name, values]) => numbers(`target_${name}`, values, name === 'weights')),
  ]
}

function floatTable(onnx: Onnx, name: string, columns: number): InstanceType<Onnx['ValueInfoProto']> {
  const shape = { dim: [{ dimParam: 'rows' }, { dimValue: columns }] }
  const elemType = onnx.TensorProto.DataType.FLOAT
  return onnx.ValueInfoProto.create({ name, type: { tensorType: { elemType, shape } } })
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
