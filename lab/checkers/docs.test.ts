import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import * as lab from '../index.ts'

const here = new URL('.', import.meta.url)

describe('docs/checks.md', () => {
  test('names every check that there is, and none that there is not', async () => {
    const prose = await readFile(new URL('../../docs/checks.md', here), 'utf8')
    const named = [...prose.matchAll(/^\| `(\w+)\(/gm)].map(match => match[1] ?? '')
    const files = (await readdir(here, { recursive: true })).filter(name =>
      /(^|\/)[a-z-]+\.ts$/.test(name),
    )
    const sources = await Promise.all(files.map(name => readFile(new URL(name, here), 'utf8')))
    const made = sources.flatMap(source => {
      return [...source.matchAll(/^export function (\w+)\([^)]*\): Checker/gm)].map(
        each => each[1] ?? '',
      )
    })
    expect(named.toSorted()).toEqual(made.toSorted())
    expect(Object.keys(lab)).toEqual(expect.arrayContaining(named))
  })
})
