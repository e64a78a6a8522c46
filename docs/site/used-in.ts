import { glob, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** Texts of the experiments, by their names. */
export type Users = ReadonlyMap<string, string>

export async function readUsers(root: string): Promise<Users> {
  const users = new Map<string, string>()
  for await (const file of glob('experiments/**/*.ts', { cwd: root })) {
    if (/\.(test|storm)\.ts$/.test(file)) continue
    users.set(basename(file, '.ts'), await readFile(join(root, file), 'utf8'))
  }
  return new Map([...users].toSorted(([a], [b]) => a.localeCompare(b)))
}

/** Which experiments call this function, as a sentence with links from a page of `reference/…/`. */
export function usedIn(users: Users, name: string): string {
  const call = new RegExp(`\\b${name}\\(`)
  const found = [...users].filter(([, text]) => call.test(text)).map(([user]) => user)
  if (found.length === 0) return 'No experiment of this repository uses it yet.'
  return `Used by ${found.map(user => `[${user}](../experiments/${user}.md)`).join(', ')}.`
}
