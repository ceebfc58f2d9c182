export { explain } from './explain.ts'
export { type FamilyContribution, topFamilies } from './families.ts'
