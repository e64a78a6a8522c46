import { readdir } from 'node:fs/promises'
import { z } from 'zod'
import type { Protocol } from './contracts/protocol.ts'
import type { Registry } from './contracts/registry.ts'
import type { ToxicKind } from './contracts/toxic.ts'

const toxicModule = z.object({
  toxic: z.custom<ToxicKind>(value => isNamed(value, 'type', 'bind')),
})
const protocolModule = z.object({
  protocol: z.custom<Protocol>(value => isNamed(value, 'name', 'open')),
})

/** Finds them by listing the folders: a new file is a new kind, and no other file changes. */
export async function loadRegistry(): Promise<Registry> {
  const toxics = new Map<string, ToxicKind>()
  const protocols = new Map<string, Protocol>()
  for await (const found of modulesIn('toxics')) {
    const module = toxicModule.safeParse(found)
    if (module.success) toxics.set(module.data.toxic.type, module.data.toxic)
  }
  for await (const found of modulesIn('protocols')) {
    const module = protocolModule.safeParse(found)
    if (module.success) protocols.set(module.data.protocol.name, module.data.protocol)
  }
  return { toxics, protocols }
}

async function* modulesIn(folder: string): AsyncIterable<unknown> {
  const url = new URL(`${folder}/`, import.meta.url)
  const names = await readdir(url).catch(() => [])
  for (const name of names.sort()) {
    if (!/^[a-z0-9_-]+\.[jt]s$/.test(name)) continue
    yield await import(new URL(name, url).href)
  }
}

function isNamed(value: unknown, nameField: string, callField: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map(Object.entries(value))
  return typeof fields.get(nameField) === 'string' && typeof fields.get(callField) === 'function'
}
