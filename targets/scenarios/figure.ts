import type { Instance } from './application.ts'

type Role = Parameters<Instance['url']>[0]

/**
 * One figure of an instance as it is told to Prometheus; the sum of all that have these labels, 0
 * when none has them yet. @throws when the instance knows no figure of that name.
 */
export async function figure(
  instance: Instance,
  name: string,
  labels: Readonly<Record<string, string>> = {},
  role: Role = 'realtime',
): Promise<number> {
  const answer = await fetch(new URL('/metrics', instance.url(role)))
  const lines = (await answer.text()).split('\n')
  const family = name.replace(/_(count|sum)$/, '')
  const isKnown = [name, family].some(each =>
    lines.some(line => line.startsWith(`# TYPE ${each} `)),
  )
  if (!isKnown) throw new Error(`${instance.name} tells no ${name}.`)
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  return lines
    .filter(line => line.startsWith(`${name}{`) && wanted.every(label => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
