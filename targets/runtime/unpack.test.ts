import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { atNight } from '../../lab/testing/nightly.ts'
import { findServer } from './find-server.ts'
import { redisServer } from './redis-server.ts'
import { runTool } from './run-tool.ts'

const isDebian = await runTool('apt-get', ['--version']).then(
  () => true,
  () => false,
)

/**
 * Of the night: apt reads all its lists each time, and fetches them where there are none, which takes ten seconds of a
 * processor. A push unpacks on a machine that has nothing (`.ci/run`).
 */
const isNight = atNight(true, false)
const slow = { timeout: 120_000, concurrent: true }

async function newFolder() {
  const path = await mkdtemp(join(tmpdir(), 'lab-servers-'))
  await chmod(path, 0o755)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

test.skipIf(!isNight || !isDebian)(
  'two at once unpack once; a third finds it without a word',
  slow,
  async () => {
    await using folder = await newFolder()
    const cacheFolder = folder.path
    // As if it were not installed, on machines where it is.
    const kind = { ...redisServer, command: 'redis-server-of-ours', variable: 'UNHEARD_OF_BIN' }
    const messages: string[] = []
    const options = { cacheFolder, progress: (message: string) => messages.push(message) }
    const [one, other] = await Promise.all([findServer(kind, options), findServer(kind, options)])
    expect(one).toEqual(other)
    expect(one.version).toContain('Redis server')
    expect(messages.filter(message => message.startsWith('unpacking'))).toHaveLength(1)
    messages.length = 0
    await findServer(kind, options)
    expect(messages).toEqual([])
  },
)

test.skipIf(!isNight || !isDebian || process.getuid?.() !== 0)(
  'an ordinary user on a machine without package lists unpacks it too',
  slow,
  async () => {
    await using folder = await newFolder()
    const cacheFolder = folder.path
    const main = join(cacheFolder, 'main.ts')
    const module = join(import.meta.dirname, 'unpack.ts')
    await mkdir(join(cacheFolder, 'lab'))
    await writeFile(
      main,
      `import { unpack } from '${module}'
      const got = await unpack('redis', ['redis-server'], { cacheFolder: '${cacheFolder}/lab' })
      console.log(got.file('usr/bin/redis-server'))`,
    )
    await runTool('chown', ['-R', '65534:65534', cacheFolder])
    // In a mount namespace of its own, where the lists are an empty folder.
    const script = `mount -t tmpfs none /var/lib/apt/lists &&
      exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" "$1"`
    const found = await runTool('unshare', ['-m', 'sh', '-c', script, process.execPath, main])
    expect(found).toContain('usr/bin/redis-server')
  },
)
