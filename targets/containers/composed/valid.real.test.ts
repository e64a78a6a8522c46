import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compose } from '../../../lab/containers/compose.ts'
import { seek } from '../../testing/seek.ts'

const file = join(import.meta.dirname, '../../../docker-compose.chaos.yml')
const signal = AbortSignal.timeout(60_000)
const run = (args: readonly string[]) =>
  compose(args, { environment: {}, signal, progress: () => {} })
const { missing } = await seek('docker', () => run(['version']))

test.skipIf(missing)(
  'docker compose takes the file as it stands, without our scripts',
  async () => {
    const text = await run(['-f', file, '--profile', 'grafana', 'config', '--services'])
    expect(text.trim().split('\n').length).toBeGreaterThan(17)
  },
)

test.skipIf(missing)('control: it refuses a file with a field that it does not know', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-compose-'))
  try {
    const wrong = join(folder, 'compose.yml')
    const text = await readFile(file, 'utf8')
    await writeFile(wrong, text.replace('    mem_limit: 512m\n', '    memory_limit: 512m\n'))
    await expect(run(['-f', wrong, 'config', '--quiet'])).rejects.toThrow('memory_limit')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
