/** What all shards of a world share: its days and its titles. Nothing here changes while the world is lived. */
import { createCalendar, type WorldCalendar } from '../calendar.ts'
import { Random } from '../random.ts'
import { type Conditions, createConditions } from '../season.ts'
import { byPopularity, createTitles, type Title } from '../titles.ts'
import type { Scene } from './protocol.ts'

export interface Stage {
  readonly scene: Scene
  readonly calendar: WorldCalendar
  /** What each day is like for everyone; days beyond the world's end too. */
  readonly conditions: (day: number) => Conditions
  /** All titles in the order of release, and by popularity. */
  readonly titles: readonly Title[]
  readonly popular: readonly Title[]
}

export function setStage(scene: Scene): Stage {
  const { parameters } = scene
  const calendar = createCalendar({ ...scene, ...parameters, days: scene.days })
  const titles = createTitles(calendar.days, parameters, new Random(scene.seed))
  const conditions = createConditions(calendar, parameters, scene.seed)
  return { scene, calendar, conditions, titles, popular: byPopularity(titles) }
}
