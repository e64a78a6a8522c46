import type { Instance } from './application.ts'

type Role = Parameters<Instance['url']>[0]

/** One figure of an instance as it is told to Prometheus; the sum of all that have these labels. */
export async function figure(
  instance: Instance,
  name: string,
  labels: Readonly<Record<string, string>> = {},
  role: Role = 'realtime',
): Promise<number> {
  const { body } = await instance.client(role).get('/metrics')
  const lines = `${body}`.split('\n').filter(line => line.startsWith(`${name}{`))
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  return lines
    .filter(line => wanted.every(label => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
