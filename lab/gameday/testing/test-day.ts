import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Role } from '../../journal/crew-words.ts'
import { faultForm, type StrikablePart } from '../../model/fault-form.ts'
import { type GameDay, gameDay } from '../../model/game-day.ts'
import { errorRatio, hypothesis } from '../../model/probes.ts'
import { atMost } from '../../model/tolerances.ts'
import { adding, type CounterSystem, counter, killCounter } from '../../testing/counter-target.ts'
import { type DayFolder, newDay, resumedDay } from '../conduct/day-folder.ts'
import { type Ending, holdDay } from '../hold-day.ts'

const traffic = adding({ perSecond: 20 })

/** A counter that can be killed: the smallest day there is. */
export const counterDay = gameDay({
  title: 'A day of tests',
  target: counter(),
  workloads: [traffic],
  steadyState: [hypothesis('most additions succeed', errorRatio(traffic), atMost(0.5))],
  forms: [
    faultForm({
      name: 'kill',
      family: 'process',
      says: 'SIGKILL.',
      of: { says: 'a counter', is: (part): part is Counter => 'system' in part },
      settings: z.object({ times: z.int().min(1).max(9).default(1) }),
      make: select => {
        const fault = killCounter()
        return {
          ...fault,
          plan: async (system, context) => fault.plan((await select(system)).system, context),
        }
      },
    }),
  ],
  parts: system => [{ name: 'counter', system }] satisfies readonly Counter[],
})

interface Counter extends StrikablePart {
  readonly system: CounterSystem
}

export interface TestDay extends AsyncDisposable {
  readonly root: string
  readonly folder: string
  readonly url: string
  /** The secret of a role's link. */
  link(role: Role): string
  /** Joins by a role's link; resolves to the person's secret. */
  join(role: Role, name: string): Promise<string>
  ask(secret: string, path: string, body?: unknown, headers?: object): Promise<Response>
  act(secret: string, action: object): Promise<Response>
  /** Ends it as Ctrl-C does. */
  end(): Promise<Ending>
}

/** A day that is held in this process, in a project of its own; ended and removed when disposed. */
export async function testDay(before?: { readonly root: string }): Promise<TestDay> {
  const root = before?.root ?? (await mkdtemp(join(tmpdir(), 'lab-day-')))
  await mkdir(join(root, 'experiments'), { recursive: true })
  const now = new Date()
  const folder: DayFolder = before
    ? await resumedDay(root, 'tests', now)
    : await newDay(root, 'tests', now)
  const over = new AbortController()
  const lines: string[] = []
  const open = Promise.withResolvers<void>()
  const held = holdDay(z.custom<GameDay>().parse(counterDay), folder, {
    ...{ name: 'tests', root, seed: 1, proxy: 'embedded', port: 0, signal: over.signal },
    progress: () => {},
    say: line => {
      lines.push(line)
      if (line.startsWith('stop from here')) open.resolve()
    },
  })
  await Promise.race([open.promise, held])
  const url = /http:\/\/[\d.:]+/.exec(lines.join('\n'))?.[0] ?? ''
  const links = new Map(lines.map(line => line.split(/\s+http\S+#/) as [string, string]))
  const ask: TestDay['ask'] = (secret, path, body, headers = {}) =>
    fetch(url + path, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${secret}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
    })
  const end = async () => {
    over.abort()
    return await held
  }
  return {
    root,
    folder: folder.folder,
    url,
    link: role => links.get(role) ?? '',
    join: async (role, name) => {
      const answer = await ask(links.get(role) ?? '', '/api/join', { name })
      return z.object({ secret: z.string() }).parse(await answer.json()).secret
    },
    ask,
    act: (secret, action) => ask(secret, '/api/act', action),
    end,
    [Symbol.asyncDispose]: async () => {
      await end().catch(() => {})
      await rm(root, { recursive: true, force: true })
    },
  }
}
