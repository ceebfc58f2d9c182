/** Where an Altcraft database is and how profiles are found in it. */
export interface AltcraftConnection {
  /** `https://<host>`, without `/api`. */
  readonly url: string
  readonly token: string
  /** Number of the database of profiles. */
  readonly databaseId: number
  /** Custom field of a profile that holds our user id. */
  readonly userField: string
}
