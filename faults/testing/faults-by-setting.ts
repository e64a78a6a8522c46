import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type RunSetting, settingRefusal } from '../../lab/admission/setting-refusal.ts'
import { runtimes } from '../../lab/base/runtime.ts'
import type { Need } from '../../lab/model/need.ts'

const proxies = ['embedded', 'toxiproxy'] as const
const settings: readonly Required<RunSetting>[] = runtimes.flatMap(runtime =>
  proxies.map(proxy => ({ runtime, proxy })),
)

interface Kind {
  readonly name: string
  readonly needs: readonly Need[]
}
const isNeeds = z.custom<readonly Need[]>(value => Array.isArray(value))
const table = z.object({ faults: z.array(z.object({ name: z.string(), needs: isNeeds })) })

/** Every fault of the contract tables, by the table that has it: which setting can make it, as Markdown. */
export async function faultsBySetting(): Promise<string> {
  const folder = join(import.meta.dirname, 'contracts')
  const files = (await readdir(folder)).filter(name => name.endsWith('-faults.ts')).toSorted()
  const rows = await Promise.all(
    files.map(async file => {
      const { faults } = table.parse({ ...(await import(join(folder, file))) })
      const kinds = new Map(faults.map(fault => [fault.name, fault]))
      return [...kinds.values()].map(kind => rowOf(file.replace(/-faults\.ts$/, ''), kind))
    }),
  )
  const head = settings.map(({ runtime, proxy }) => `${runtime}, ${proxy}`)
  const line = `| fault | of | needs | ${head.join(' | ')} |`
  return [line, line.replace(/[^|]+/g, ' --- '), ...rows.flat()].join('\n')
}

function rowOf(of: string, { name, needs }: Kind): string {
  const cells = settings.map(setting =>
    needs.some(need => settingRefusal(need, setting) !== undefined) ? 'no' : 'yes',
  )
  return `| \`${name}\` | ${of.replaceAll('-', ' ')} | ${needs.join(', ') || '–'} | ${cells.join(' | ')} |`
}
