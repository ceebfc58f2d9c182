export { loadScorer, type Scorer, type Scores } from './scorer.ts'
