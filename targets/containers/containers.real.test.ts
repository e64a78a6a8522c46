import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { askEngine, engineAddress } from '../../lab/containers/ask-engine.ts'
import { startRedis } from '../redis.ts'
import { withClient } from '../runtime/redis-node.ts'
import { contextOf } from '../testing/context-of.ts'
import { missingEngine } from '../testing/missing-engine.ts'
import { testRun } from '../testing/test-run.ts'
import { undo as startOrContinue } from './container-undo.ts'
import { runLabel } from './labels.ts'
import { openContainers } from './open-containers.ts'

const missing = await missingEngine()
const goneWithinMs = 10_000
/** Nightly more of them: LAB_NIGHTLY=1. */
const kills = process.env.LAB_NIGHTLY === '1' ? 20 : 2

const listed = z.array(
  z.object({
    Id: z.string(),
    Ports: z
      .array(z.object({ IP: z.string().optional(), PublicPort: z.int().optional() }))
      .optional(),
  }),
)

async function ofRun(kind: 'containers/json?all=1&' | 'networks?', runId: string) {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${runLabel}=${runId}`] }))
  const { text } = await askEngine(engineAddress(), `/${kind}filters=${filters}`)
  return listed.parse(JSON.parse(text))
}

/** Those of images' own have no label, so that what is new is counted: the engine is the test's alone. */
async function volumes(): Promise<readonly string[]> {
  const shape = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullish() })
  const { text } = await askEngine(engineAddress(), '/volumes')
  return (shape.parse(JSON.parse(text)).Volumes ?? []).map(({ Name }) => Name)
}

async function leftOf(runId: string, before: ReadonlySet<string>): Promise<readonly string[]> {
  const labelled = (await everythingOf(runId)).map(({ Id }) => Id)
  return [...labelled, ...(await volumes()).filter(name => !before.has(name))]
}

const everythingOf = async (runId: string) => [
  ...(await ofRun('containers/json?all=1&', runId)),
  ...(await ofRun('networks?', runId)),
]

test.skipIf(missing)(
  'a server in a container is killed, started, frozen and continued, and keeps its port and its data',
  { timeout: 120_000 },
  async () => {
    await using run = await testRun()
    const { runId, ...context } = contextOf(run)
    await using containers = await openContainers({ ...context, runId })
    const redis = await startRedis({ ...context, containers })
    const { host, port } = redis
    const ask = <T>(use: Parameters<typeof withClient<T>>[1]) => withClient({ host, port }, use)
    await ask(client => client.set('kept', 'yes'))
    const [found] = await ofRun('containers/json?all=1&', runId)
    expect(found?.Ports?.every(({ IP }) => IP === undefined || IP === '127.0.0.1')).toBe(true)

    const before = redis.processId
    await redis.kill()
    await expect(ask(client => client.ping())).rejects.toThrow()
    await redis.restart()
    expect(redis.processId).not.toBe(before)
    expect(await ask(client => client.get('kept'))).toBe('yes')

    await redis.pause()
    await expect(ask(client => client.ping())).rejects.toThrow()
    const { args } = redis.undoPause
    await startOrContinue(args)
    await startOrContinue(args)
    expect(await ask(client => client.ping())).toBe('PONG')

    await redis[Symbol.asyncDispose]()
    expect(await everythingOf(runId)).not.toEqual([])
    await containers[Symbol.asyncDispose]()
    expect(await everythingOf(runId)).toEqual([])
  },
)

test.skipIf(missing)(
  `a lab that is killed at any moment leaves no container, network or volume (${kills} times)`,
  { timeout: kills * 60_000 },
  async () => {
    const before = new Set(await volumes())
    const goneAfterMs: number[] = []
    for (let kill = 0; kill < kills; kill++) {
      const lab = spawn(
        process.execPath,
        [join(import.meta.dirname, '../testing/contained-lab.ts')],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      const lines = createInterface({ input: lab.stdout })[Symbol.asyncIterator]()
      const { value: runId = '' } = await lines.next()
      // The last one when all is up, the others while it is being started.
      if (kill === kills - 1) await lines.next()
      else await sleep(Math.random() * 4_000)
      lab.kill('SIGKILL')
      const killedMs = performance.now()
      const deadline = killedMs + goneWithinMs
      let left = await leftOf(runId, before)
      if (kill === kills - 1) expect(left.length).toBeGreaterThan(2)
      while (left.length > 0 && performance.now() < deadline) {
        await sleep(100)
        left = await leftOf(runId, before)
      }
      expect(left, `run ${runId}`).toEqual([])
      goneAfterMs.push(Math.round(performance.now() - killedMs))
    }
    console.log(`gone after ${goneAfterMs.toSorted((a, b) => a - b).join(', ')} ms`)
  },
)
