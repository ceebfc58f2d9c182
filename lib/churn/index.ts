export { type DemoPlan, demoCommand } from './demo.ts'
export { type ExplainPlan, explainCommand } from './explain-user.ts'
export { reportCommand } from './report.ts'
export { type DemoSummary, judgeSegment, type SegmentSummary } from './summary.ts'
