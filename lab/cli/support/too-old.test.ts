import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { oldestNode, tooOld } from './too-old.ts'

test.each(['22.18.0', '22.20.1', '24.0.0', '25.1.0'])('%s can run the lab', version => {
  expect(tooOld(version)).toBeUndefined()
})

test.each(['18.20.8', '20.20.2', '22.17.1'])('%s is told what is needed', version => {
  expect(tooOld(version)).toContain(`Node ${oldestNode} or newer, found ${version}`)
})

test('the package says the same', async () => {
  const manifest = join(import.meta.dirname, '../../../packaging/published-manifest.ts')
  expect(await readFile(manifest, 'utf8')).toContain(`'>=${oldestNode}'`)
})
