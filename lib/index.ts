/** The public API: what people need to build a graph of their own. */
export * from './graph/index.ts'
