import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { startRedis } from '../../../targets/redis.ts'
import { mountLimitedDisk, undo } from '../../../targets/runtime/limited-disk.ts'
import { seek } from '../../../targets/testing/seek.ts'
import { testRun } from '../../../targets/testing/test-run.ts'
import { diskFull, type LimitedDisk } from '../../disk/disk-full.ts'
import { lastingContract } from '../contract.ts'
import { contextOf, faultBench } from '../fault-bench.ts'
import { inPatience } from '../link-trials.ts'
import { systemOf, thePart } from '../system-of.ts'

const disk = await seek('limited-disk', async () => {
  await using run = await testRun()
  return await mountLimitedDisk(run, 'small', 1_000_000)
})

describe.skipIf(disk.missing)('on a disk of 16 MB', async () => {
  /** A user who writes what has to be appended to a file before it is acknowledged. */
  await lastingContract({
    room: 'disk',
    bench: async () => {
      const { context, rig } = await faultBench()
      const folder = await mountLimitedDisk(context, 'small', 16 * 1024 * 1024)
      const redis = await startRedis({ ...context, scratchFolder: folder })
      const client = new Redis({ host: redis.host, port: redis.port })
      client.on('error', () => {})
      const writes = async () => `${await client.set('key', 'x'.repeat(10_000))}`
      const use = async () => {
        const came = await inPatience(writes())
        return came === 'OK' ? 'well' : came
      }
      const part = { name: redis.name, folder, logFile: redis.logFile }
      return {
        context,
        trial: async () => ({ part, hold: async () => {}, use }),
        [Symbol.asyncDispose]: async () => {
          client.disconnect()
          await rig[Symbol.asyncDispose]()
        },
      }
    },
  })
})

test('is refused where it would fill the disk of the machine', async () => {
  await using run = await testRun()
  const part = { name: 'redis', folder: '/', logFile: '/dev/null' }
  const planned = diskFull(thePart<LimitedDisk>()).plan(systemOf(part), contextOf(run))
  await expect(planned).rejects.toMatchObject({ code: 'disk-not-limited' })
})

test('takes away no mount but those of the lab', async () => {
  await undo({ folder: '/proc' })
  await undo({ folder: tmpdir() })
  expect(existsSync('/proc/self/stat')).toBe(true)
})
