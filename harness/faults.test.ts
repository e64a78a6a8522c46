import { glob, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** What a single server, link or process of a test cannot be hurt by, and why. */
const leftOut: Readonly<Record<string, string>> = {
  noop: 'does nothing',
  messageFault: 'what faults are made with',
  ownToxicFault: 'what faults are made with',
  toxicFault: 'what faults are made with',
  clientFault: 'what faults are made with',
  moveName: 'needs a name that can lead to two servers',
  promote: 'needs a standby',
  standbyLag: 'needs a standby',
  sentinelFailover: 'needs Sentinels',
  diskFull: 'needs a small disk under the server, and root',
  killUpon: 'needs a process of the service, and its links',
  misbehave: "is of the lab's own peers",
}

/** Names of all functions that make a fault. */
async function makers(): Promise<readonly string[]> {
  const names: string[] = []
  for await (const path of glob('faults/**/*.ts', { cwd: root })) {
    if (/\.test\.ts$|faults\/(proxy|testing)\//.test(path)) continue
    const text = await readFile(join(root, path), 'utf8')
    for (const [, name = '', rest = ''] of text.matchAll(/^export function (\w+)(.*?)^\}/gms)) {
      if (/\): Fault<[^>]+> \{/.test(rest)) names.push(name)
    }
  }
  return names
}

async function offered(): Promise<readonly string[]> {
  const folder = join(import.meta.dirname, 'faults')
  const texts = await Promise.all(
    (await readdir(folder)).map(name => readFile(join(folder, name), 'utf8')),
  )
  return texts.flatMap(text =>
    [...text.matchAll(/^export \{ (\w+) \}/gm)].map(([, name]) => name ?? ''),
  )
}

test('every fault is a method of a link, a server or its clients, or is left out with a reason', async () => {
  const [all, methods] = await Promise.all([makers(), offered()])
  expect(all.length).toBeGreaterThan(60)
  expect([...methods, ...Object.keys(leftOut)].toSorted()).toEqual(all.toSorted())
})
