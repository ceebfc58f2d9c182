import { join, resolve } from 'node:path'
import { defineGraph, type ResourceSettings } from 'ottok'
import { customerMonths, customers, lost } from './features.ts'
import { purchaseLanding, purchaseLog, purchases, purchasesQuarantine } from './purchases.ts'
import { quality } from './quality.ts'
import { mart, scores } from './scores.ts'
import { lostModel, trainingSet } from './training.ts'

/**
 * CDNOW, a shop for music: 23,570 customers who first bought in early 1997, without any contract. A second graph,
 * on real purchases, made of nothing but the public API.
 */
export default defineGraph({
  assets: [
    // The purchase log, observed; landed as it is; typed, by month.
    purchaseLog,
    purchaseLanding,
    purchases,
    purchasesQuarantine,
    // What is known of every customer at the end of a month, and who never came back.
    customerMonths,
    customers,
    lost,
    // A model a month, and whether it is worth having.
    trainingSet,
    lostModel,
    quality,
    // Who will not come back.
    scores,
    mart,
  ],
  resources: ({ xgboostLib }: ResourceSettings) => ({
    xgboostLib,
    purchaseLogFile: join(resolve(process.env.CDNOW_DIR ?? '../shared/data/cdnow'), 'CDNOW_master.txt.gz'),
  }),
})
