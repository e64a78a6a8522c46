import { appendFileSync } from 'node:fs'

/** What a fixture tells the test that runs it: a line of JSON in the file that SAID names. */
export function say(line: object): void {
  appendFileSync(process.env.SAID ?? '/dev/null', `${JSON.stringify(line)}\n`)
}

/** How the work was refused, or that it was not. */
say.codeOf = async (name: string, work: Promise<unknown>): Promise<void> => {
  const code = await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : `${error}`),
  )
  say({ [name]: code })
}
