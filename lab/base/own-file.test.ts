import { execFileSync } from 'node:child_process'
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appendOwnFile, readOwnFile, writeOwnFile } from './own-file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-own-'))
})
afterEach(() => rm(folder, { recursive: true }))

const strange: Readonly<Record<string, (path: string) => unknown>> = {
  'a named pipe': path => execFileSync('mkfifo', [path]),
  'a folder': path => mkdir(path),
  'a symbolic link': async path => {
    await writeFile(join(folder, 'other'), 'kept')
    await symlink(join(folder, 'other'), path)
  },
}

test.each(Object.entries(strange))('%s is neither read nor appended to', async (kind, make) => {
  const path = join(folder, 'file')
  await make(path)
  const refusal = { code: 'not-own-file', message: expect.stringContaining(`${path} to be`) }
  await expect(readOwnFile(path)).rejects.toMatchObject(refusal)
  await expect(readOwnFile(path)).rejects.toThrow(kind)
  await expect(appendOwnFile(path, 'more')).rejects.toMatchObject({ code: 'not-own-file' })
  const other = await readFile(join(folder, 'other'), 'utf8').catch(() => 'kept')
  expect(other).toBe('kept')
})

test('a file larger than its bound is refused before it is read', async () => {
  const path = join(folder, 'file')
  await writeFile(path, '')
  await truncate(path, 2 ** 40)
  await expect(readOwnFile(path)).rejects.toThrow('1099511627776 bytes')
  await truncate(path, 10)
  expect(await readOwnFile(path, 10)).toHaveLength(10)
  await expect(readOwnFile(path, 9)).rejects.toThrow('at most 9 bytes')
})

test('writing replaces a link instead of what it points to, and leaves no draft', async () => {
  const [path, other] = [join(folder, 'file'), join(folder, 'other')]
  await writeFile(other, 'kept')
  await symlink(other, path)
  await writeOwnFile(path, 'new')
  expect(await readFile(other, 'utf8')).toBe('kept')
  expect(await readOwnFile(path)).toBe('new')
  await mkdir(join(folder, 'taken'))
  await expect(writeOwnFile(join(folder, 'taken'), 'new')).rejects.toThrow()
  expect((await readdir(folder)).toSorted()).toEqual(['file', 'other', 'taken'])
})

test('a missing file is told by its code, so that callers can do without it', async () => {
  await expect(readOwnFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
})
