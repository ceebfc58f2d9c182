import * as z from 'zod'
import type { AltcraftConnection } from './connection.ts'
import { elementOf, type Profile } from './profile.ts'
import { callAltcraft, type Patience } from './request.ts'

/** What became of one element. */
export interface ElementResult {
  /** Undefined: it was taken. */
  readonly error: string | undefined
}

const answerSchema = z.object({
  result: z.array(z.looseObject({ error: z.number().optional(), error_text: z.string().optional() })),
})

/** The call's body apart from the token, which goes into a header: also what a dry run writes down. */
export function importBody(profiles: readonly Profile[], target: Pick<AltcraftConnection, 'databaseId' | 'userField'>) {
  return {
    db_id: target.databaseId,
    matching: 'custom',
    field_name: target.userField,
    data: profiles.map((profile) => elementOf(profile, target.userField)),
    skip_triggers: false,
  }
}

/**
 * Upserts profiles by `profiles/import_batch`; one result an element, in order.
 * @throws OttokError when the call as a whole is refused or not answered
 */
export async function importBatch(
  connection: AltcraftConnection,
  profiles: readonly Profile[],
  options: { readonly signal?: AbortSignal | undefined; readonly patience?: Patience | undefined },
): Promise<ElementResult[]> {
  const body = importBody(profiles, connection)
  const { result } = answerSchema.parse(await callAltcraft(connection, 'profiles/import_batch', body, options))
  return profiles.map((_, i) => {
    const element = result[i]
    if (!element) return { error: 'the answer has no result for it' }
    const refused = element.error !== undefined && element.error !== 0
    return { error: refused ? `${element.error}: ${element.error_text ?? 'without a text'}` : undefined }
  })
}
