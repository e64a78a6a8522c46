import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { heldDay } from '../targets/testing/held-day.ts'

const tries = 25
const proved = z.object({ tookMs: z.number(), healed: z.int(), left: z.array(z.string()) })
const offered = z.object({
  forms: z.array(z.object({ name: z.string(), parts: z.array(z.string()) })),
})

/** What is struck in one half of the tries, and how soon it must be healed. */
const halves = [
  {
    name: 'network',
    form: 'blackHole',
    isPart: (part: string) => part.includes('>'),
    goalMs: 1_000,
  },
  { name: 'process', form: 'kill', isPart: (part: string) => !part.includes('>'), goalMs: 5_000 },
] as const

/**
 * `pnpm bench gameday [DAY]`: from the request of a stop to its proof, 50 times under traffic, half of
 * them with a network fault in force and half with a process killed. Fails where one is over its goal,
 * heals nothing or leaves something.
 */
export async function bench([name = 'rehearsal']: readonly string[]): Promise<void> {
  await using day = await heldDay(name)
  const { origin, hash } = new URL(day.link('owner'))
  const ask = async (secret: string, path: string, body?: object): Promise<unknown> => {
    const headers = {
      authorization: `Bearer ${secret}`,
      ...(body && { 'content-type': 'application/json' }),
    }
    const post = body ? { method: 'POST', body: JSON.stringify(body) } : {}
    const answer = await fetch(origin + path, { ...post, headers })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return await answer.json()
  }
  const joined = await ask(hash.slice(1), '/api/join', { name: 'bench' })
  const { secret } = z.object({ secret: z.string() }).parse(joined)
  const { forms } = offered.parse(await ask(secret, '/api/forms'))
  const rows: string[] = []
  let failed = 0
  for (const { name: half, form, isPart, goalMs } of halves) {
    const part = forms.find(each => each.name === form)?.parts.find(isPart) ?? ''
    const times: number[] = []
    for (let i = 0; i < tries; i++) {
      const fault = { form, part, settings: {}, leaseSeconds: 300 }
      await ask(secret, '/api/act', { do: 'inject', ...fault, anyway: true })
      const fromMs = performance.now()
      const proof = proved.parse(await ask(secret, '/api/act', { do: 'stop' }))
      times.push(performance.now() - fromMs)
      if (proof.healed !== 1 || proof.left.length > 0) failed++
      await ask(secret, '/api/act', { do: 'release', reason: 'the next try' })
    }
    const sorted = times.toSorted((a, b) => a - b)
    const at = (share: number) => Math.round(sorted[Math.ceil(share * tries) - 1] ?? 0)
    if (at(1) > goalMs) failed++
    rows.push(
      `| ${half} | ${form} on ${part} | ${tries} | ${at(0.5)} | ${at(0.95)} | ${at(1)} | ${goalMs} |`,
    )
  }
  const text = [
    '# Stop of a game day',
    '',
    `From the request of a stop to its proof, under the traffic of the day \`${name}\`, in ms. Nothing was left in any of them: ${failed === 0 ? 'yes' : `no, ${failed} failed`}.`,
    '',
    '| faults | what | tries | p50 | p95 | longest | goal |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
  const folder = join(import.meta.dirname, 'results')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'gameday.md'), text)
  console.log(text)
  if (failed > 0) process.exitCode = 1
}
