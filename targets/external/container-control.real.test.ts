import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../lab/base/clock.ts'
import type { Event } from '../../lab/journal/journal.ts'
import { undo as startOrContinue } from '../containers/container-undo.ts'
import { runLabel } from '../containers/labels.ts'
import { openContainers } from '../containers/open-containers.ts'
import { startRedis } from '../redis.ts'
import { contextOf } from '../testing/context-of.ts'
import { missingEngine } from '../testing/missing-engine.ts'
import { testRun } from '../testing/test-run.ts'
import { AttachedSystem } from './attached-system.ts'

const missing = await missingEngine()

test.skipIf(missing)(
  'a container that runs already is killed and comes back by its undo, with its log, and stays when the lab goes',
  { timeout: 120_000 },
  async () => {
    await using run = await testRun()
    const { runId, ...context } = contextOf(run)
    await using containers = await openContainers({ ...context, runId })
    const redis = await startRedis({ ...context, containers })
    const told: string[] = []
    const record = (event: Event) => {
      if (event.kind === 'process') told.push(`${event.process} ${event.step}`)
      return { ...event, index: 0, atMs: 0, source: 'test' }
    }
    const described = {
      file: join(run.runFolder, 'lab.config.ts'),
      proxies: [],
      parts: { cache: { process: { container: { [runLabel]: runId } } }, strange: {} },
      mayHurt: ['cache'],
      mayLose: [],
      production: [],
      mayLoseAll: false,
      onlyLooks: false,
    }
    const watching = { ...run, recorder: { record }, clock: systemClock }
    const attached = new AttachedSystem(described, watching)
    const cache = await attached.process('cache')
    const { undoKill, undoPause, processId } = cache
    await cache.pause()
    await startOrContinue(undoPause.args)
    await cache.kill()
    expect(cache.running).toBe(false)
    await startOrContinue(undoKill.args)
    expect(cache.running).toBe(true)
    expect(cache.processId).not.toBe(processId)
    expect(told).toEqual([
      ...['cache spawned', 'cache paused', 'cache resumed'],
      ...['cache exited', 'cache spawned'],
    ])
    const log = attached.logFileOf('cache')
    for (let tries = 0; tries < 50 && !(await readFile(log, 'utf8')).includes('eady'); tries++) {
      await sleep(100)
    }
    expect(await readFile(log, 'utf8')).toContain('Ready to accept connections')
    await attached[Symbol.asyncDispose]()
    await redis.ready()
  },
)
