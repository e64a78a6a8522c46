import { existsSync } from 'node:fs'
import { z } from 'zod'
import { withPostgres } from './postgres-server.ts'

export const settingArgs = z.object({ url: z.url(), dataFolder: z.string() })

const shown = z.tuple([z.object({ data_directory: z.string() })])

/** What an undo has to know: a setting stays in the data folder when its server is killed. */
export async function whereIs(url: string): Promise<z.infer<typeof settingArgs>> {
  const { rows } = await withPostgres(url, admin => admin.query('show data_directory'))
  return { url, dataFolder: shown.parse(rows)[0].data_directory }
}

/** ALTER SYSTEM and a reload, which sessions follow a moment later. */
export async function changeSetting(url: string, name: string, value: string): Promise<void> {
  await withPostgres(url, async admin => {
    await admin.query(`alter system set ${name} = ${value}`)
    await admin.query('select pg_reload_conf()')
  })
}

/**
 * The server's own value again.
 * @throws {Error} when it cannot be told, unless it is gone with its data.
 */
export async function resetSetting(
  { url, dataFolder }: z.infer<typeof settingArgs>,
  name: string,
): Promise<void> {
  try {
    await withPostgres(url, async admin => {
      await admin.query(`alter system reset ${name}`)
      await admin.query('select pg_reload_conf()')
    })
  } catch (error) {
    if (existsSync(dataFolder)) throw error
  }
}
