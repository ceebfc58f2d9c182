export { type DemoPlan, type DemoSummary, demoCommand } from './demo.ts'
export { type ExplainPlan, explainCommand } from './explain-user.ts'
export { judgeSegment, type SegmentSummary } from './segment-summary.ts'
