import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Access } from './access.ts'

test('who comes again and again by one link keeps nobody else out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'access-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const access = await Access.open(folder)
  const [observers, owners] = [await access.rotate('observer'), await access.rotate('owner')]
  for (let each = 0; each < 100; each++) expect(await access.join(observers, 'x')).toBeDefined()
  expect(await access.join(observers, 'x')).toBeUndefined()
  expect(await access.join(owners, 'Ada')).toMatchObject({ name: 'Ada', role: 'owner' })
})
