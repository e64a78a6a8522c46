import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { completeLinks } from './complete-links.ts'

test('a program that is a link into an installed package is completed from the system', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-links-'))
  const [tree, system] = [join(folder, 'tree'), join(folder, 'system')]
  for (const root of [tree, system]) await mkdir(join(root, 'usr/bin'), { recursive: true })
  const installed = join(system, 'usr/bin/check')
  await writeFile(installed, '#!/bin/sh\n')
  await chmod(installed, 0o755)
  await writeFile(join(tree, 'usr/bin/own'), 'own')
  await symlink('check', join(tree, 'usr/bin/server'))
  await symlink('own', join(tree, 'usr/bin/other'))
  await symlink('../../../outside', join(tree, 'usr/bin/out'))
  await symlink('nowhere', join(tree, 'usr/bin/lost'))
  await completeLinks(tree, system)
  expect((await stat(join(tree, 'usr/bin/server'))).mode & 0o111).not.toBe(0)
  expect(await readFile(join(tree, 'usr/bin/other'), 'utf8')).toBe('own')
  await expect(stat(join(tree, 'usr/bin/lost'))).rejects.toThrow('ENOENT')
  await rm(folder, { recursive: true })
})
