import { readFile } from 'node:fs/promises'
import { z } from 'zod'

/** What every peer is told; each adds its own. */
export const peerSettings = z.strictObject({
  /** All addresses are for a container, whose network decides who reaches it. */
  host: z.enum(['127.0.0.1', '0.0.0.0']).default('127.0.0.1'),
  /** 0: a free one, told in the ready file. Give fixed ones where the peer will be restarted. */
  port: z.int().min(0).max(65_535).default(0),
  adminPort: z.int().min(0).max(65_535).default(0),
  /** Bearer token of the admin port: faults and statements. */
  adminToken: z.string().min(8),
  /** Written when both ports accept. */
  readyFile: z.string().min(1),
  /** SQLite file that survives a restart; `:memory:` does not. */
  dataFile: z.string().min(1).default(':memory:'),
})

export type PeerSettings = z.infer<typeof peerSettings>

/**
 * The settings in the file that PEER_CONFIG names.
 * @throws {Error} that lists everything wrong with them at once.
 */
export async function readSettings<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<z.output<Schema>> {
  const path = environment.PEER_CONFIG
  if (!path) throw new Error('PEER_CONFIG must name a JSON file with the settings of this peer.')
  const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')))
  if (parsed.success) return parsed.data
  throw new Error(`The settings in ${path} are wrong:\n${z.prettifyError(parsed.error)}`)
}
