import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { listGameDays } from '../../model/load-game-days.ts'
import type { Injected } from '../record/injected.ts'

type Saved = Pick<Injected, 'strike' | 'form' | 'part' | 'settings' | 'label' | 'leaseMs'>
const folder = 'experiments/from-game-days'

/** Writes an injection as an experiment with draft checks; resolves to its file, within the project. */
export async function saveExperiment(root: string, day: string, injected: Saved): Promise<string> {
  const file = join(folder, `${nameOf(injected)}.ts`)
  const dayFile = (await listGameDays(root)).get(day) ?? `experiments/${day}.gameday.ts`
  await mkdir(join(root, folder), { recursive: true })
  const from = (path: string) => relative(dirname(file), path)
  await writeFile(join(root, file), experimentText(injected, from(dayFile), from('lab/index.ts')))
  return file
}

/** The name of the experiment: `latency-shop-1-redis-3`. */
export function nameOf({ form, part, strike }: Saved): string {
  return `${form}-${part}-${strike}`.replace(/[^A-Za-z0-9-]+/g, '-').toLowerCase()
}

/** Its source: the system and the traffic of the day, and this one fault. */
export function experimentText(injected: Saved, dayFile: string, lab: string): string {
  const { form, part, settings, label, leaseMs = 5_000 } = injected
  const text = (value: unknown) => JSON.stringify(value).replace(/[<>\u2028\u2029]/g, escaped)
  const inForceMs = Math.min(Math.max(1_000, leaseMs), 30_000)
  return `import { at, experiment, faultOf, longestOutage } from '${lab}'
import day from '${dayFile}'

const fault = faultOf(day, {
  form: ${text(form)},
  part: ${text(part)},
  settings: ${text(settings)},
})

/** Saved on a game day. Its checks are a draft: say what you promise, and which defence keeps it. */
export default experiment({
  title: ${text(`The system bears ${label}`)},
  because: 'It was seen on a game day; say here why anyone would care.',
  target: day.target,
  steadyState: day.steadyState,
  workloads: day.workloads,
  schedule: [at('2s', fault, { for: '${inForceMs}ms' })],
  recoverWithin: '30s',
  abortWhen: [],
  checks: Object.fromEntries(
    day.workloads.map(each => [each.name, longestOutage(each, { atMost: '10s' })]),
  ),
  defences: [],
})
`
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
