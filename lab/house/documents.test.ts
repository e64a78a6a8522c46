import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const { stdout } = spawnSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
const documents = stdout.split('\n').filter(Boolean)

/** What a document tells its reader to run, and where it sends him. */
function promisesOf(text: string) {
  const code = [...text.matchAll(/```sh\n(.*?)```|`([^`\n]+)`/gs)].map(
    ([, block, span]) => block ?? span,
  )
  const commands = code.flatMap(each => [
    ...(each ?? '').matchAll(/\bpnpm (?:(lab) )?([a-z][\w:-]*)/g),
  ])
  const links = [...text.matchAll(/\]\((?!\w+:)([^)#]+)/g)].map(([, link]) => link ?? '')
  return {
    scripts: commands.map(([, lab, name]) => lab ?? name ?? ''),
    subcommands: commands.flatMap(([, lab, name]) => (lab && name ? [name] : [])),
    links,
  }
}

const packageManager = ['install', 'add', 'audit', 'exec']
const main = join(root, 'lab/cli/main.ts')
const help = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' }).stdout

test('every command and every file that a document names is there', async () => {
  expect(documents).toContain('README.md')
  const known = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).scripts
  const wrong: string[] = []
  for (const document of documents) {
    const { scripts, subcommands, links } = promisesOf(await readFile(join(root, document), 'utf8'))
    const missing = [
      ...scripts.filter(name => !(name in known) && !packageManager.includes(name)),
      ...subcommands.filter(name => !help.includes(`\n  ${name} `)),
      ...links.filter(link => !existsSync(join(root, dirname(document), link))),
    ]
    wrong.push(...missing.map(name => `${document}: ${name}`))
  }
  expect(wrong).toEqual([])
})

test('a wrong one would be seen', () => {
  const text =
    'Run `pnpm lab hael`, then\n```sh\nnpx pnpm experimnt x\n```\nand [read](docs/none.md).'
  expect(promisesOf(text)).toEqual({
    scripts: ['lab', 'experimnt'],
    subcommands: ['hael'],
    links: ['docs/none.md'],
  })
})
