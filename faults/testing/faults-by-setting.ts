import { type RunSetting, settingRefusal } from '../../lab/admission/setting-refusal.ts'
import { runtimes } from '../../lab/base/runtime.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultFiles } from './fault-files.ts'
import { thePart } from './system-of.ts'

const proxies = ['embedded', 'toxiproxy'] as const
const settings: readonly Required<RunSetting>[] = runtimes.flatMap(runtime =>
  proxies.map(proxy => ({ runtime, proxy })),
)

/** Every fault that has an example, by its room: which setting can make it, as Markdown. */
export async function faultsBySetting(): Promise<string> {
  const rows = (await faultFiles()).flatMap(({ room, examples }) => {
    const faults = examples?.(thePart()) ?? []
    const kinds = new Map(faults.map(fault => [fault.name, fault]))
    return [...kinds.values()].map(kind => rowOf(room, kind))
  })
  const head = settings.map(({ runtime, proxy }) => `${runtime}, ${proxy}`)
  const line = `| fault | of | needs | ${head.join(' | ')} |`
  return [line, line.replace(/[^|]+/g, ' --- '), ...rows].join('\n')
}

function rowOf(of: string, { name, needs }: Pick<Fault, 'name' | 'needs'>): string {
  const cells = settings.map(setting =>
    needs.some(need => settingRefusal(need, setting) !== undefined) ? 'no' : 'yes',
  )
  return `| \`${name}\` | ${of.replaceAll('-', ' ')} | ${needs.join(', ') || '–'} | ${cells.join(' | ')} |`
}
