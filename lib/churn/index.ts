export { type DemoPlan, demoCommand } from './demo.ts'
export { type ExplainPlan, explainCommand } from './explain-user.ts'
export { type DemoSummary, judgeSegment, type SegmentSummary } from './summary.ts'
