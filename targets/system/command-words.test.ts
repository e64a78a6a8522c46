import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commandWords } from './command-words.ts'

test.each([
  ['node server.js', ['node', 'server.js']],
  ['  npx  tsx   src/main.ts ', ['npx', 'tsx', 'src/main.ts']],
  [`node -e 'a b' "c d" e"f g"`, ['node', '-e', 'a b', 'c d', 'ef g']],
])('%s needs no shell', (line, words) => {
  expect(commandWords(line)).toEqual(words)
})

test.each([
  ['node $MAIN', 'exec node $MAIN'],
  ['cd app && node .', 'cd app && node .'],
  ['MODE=x node .', 'MODE=x node .'],
])('%s is given to one', (line, text) => {
  expect(commandWords(line)).toEqual(['sh', '-c', text])
})

test('a shell that can be replaced is: its process is that of the command', () => {
  const [command, ...args] = commandWords('node -p $WHAT')
  const env = { ...process.env, WHAT: 'process.pid' }
  const { pid, stdout } = spawnSync(command, args, { env, encoding: 'utf8' })
  expect(stdout.trim()).toBe(`${pid}`)
})

test.each(['', '   ', `node 'server.js`])('%j is no command', line => {
  expect(() => commandWords(line)).toThrow('Expected a command')
})
