import { join } from 'node:path'

/** What is started as a process, each from a folder of its own. */
export const programs = ['service', 'smtp', 'payments', 'marketplace', 'oauth'] as const

/** Its file: the source, or what was built of it where `BUILT_PROGRAMS` names a folder. */
export function programFile(name: (typeof programs)[number]): string {
  const { BUILT_PROGRAMS: built } = process.env
  return built ? join(built, `${name}.mjs`) : sourceOf(name)
}

export function sourceOf(name: (typeof programs)[number]): string {
  return join(import.meta.dirname, '..', name, 'main.ts')
}
