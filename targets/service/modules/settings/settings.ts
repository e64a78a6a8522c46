import { z } from 'zod'

/** What may change while the service runs. Whatever else is wrong about a change, all of it is told. */
export const settings = z.strictObject({
  /** Requests that would change something are refused, with an honest 503. */
  readOnly: z.boolean(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
})
export type Settings = z.infer<typeof settings>

/** `version` is the one that was seen; who has seen an older one is told. */
export const settingsChange = z.strictObject({ version: z.int().min(0), settings })

/** Version 0 is what configuration says. */
export interface VersionedSettings {
  readonly version: number
  readonly settings: Settings
}
