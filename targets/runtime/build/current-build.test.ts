import { copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Builder, currentBuild } from './current-build.ts'

/** A source, and a builder that counts. */
async function workshop() {
  const root = await mkdtemp(join(tmpdir(), 'lab-build-'))
  const source = join(root, 'source.ts')
  const write = async (text: string, agoMs: number) => {
    await writeFile(source, text)
    const at = new Date(Date.now() - agoMs)
    await utimes(source, at, at)
  }
  await write('one', 10_000)
  const made = { count: 0 }
  const builder: Builder = {
    folder: join(root, 'builds'),
    names: ['main.mjs'],
    build: async folder => {
      made.count++
      await mkdir(folder, { recursive: true })
      await copyFile(source, join(folder, 'main.mjs'))
      return [source]
    },
  }
  const built = async () => readFile(join(await currentBuild(builder), 'main.mjs'), 'utf8')
  return {
    builder,
    made,
    write,
    built,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  }
}

test('what has not changed is built once', async () => {
  await using shop = await workshop()
  expect([await shop.built(), await shop.built()]).toEqual(['one', 'one'])
  expect(shop.made.count).toBe(1)
})

test('a changed source is built again, also where its length is the same', async () => {
  await using shop = await workshop()
  await shop.built()
  await shop.write('two', 5_000)
  expect(await shop.built()).toBe('two')
})

test('a source that changed while it was built is not taken for known', async () => {
  await using shop = await workshop()
  await shop.write('one', -60_000)
  await shop.built()
  await shop.built()
  expect(shop.made.count).toBe(2)
})

test('a build that was removed is made again', async () => {
  await using shop = await workshop()
  await rm(await currentBuild(shop.builder), { recursive: true })
  expect(await shop.built()).toBe('one')
})
