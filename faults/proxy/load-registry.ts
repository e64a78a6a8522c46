import { z } from 'zod'
import type { Protocol } from './contracts/protocol.ts'
import type { Registry } from './contracts/registry.ts'
import type { ToxicKind } from './contracts/toxic.ts'
import { kinds } from './kinds.ts'

const toxicModule = z.object({
  toxic: z.custom<ToxicKind>(value => isNamed(value, 'type', 'bind')),
})
const protocolModule = z.object({
  protocol: z.custom<Protocol>(value => isNamed(value, 'name', 'open')),
})

/** All kinds of toxics and protocols there are, by name. */
export async function loadRegistry(): Promise<Registry> {
  const toxics = new Map<string, ToxicKind>()
  const protocols = new Map<string, Protocol>()
  for (const found of await kinds()) {
    const toxic = toxicModule.safeParse(found)
    if (toxic.success) toxics.set(toxic.data.toxic.type, toxic.data.toxic)
    const protocol = protocolModule.safeParse(found)
    if (protocol.success) protocols.set(protocol.data.protocol.name, protocol.data.protocol)
  }
  return { toxics, protocols }
}

function isNamed(value: unknown, nameField: string, callField: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map(Object.entries(value))
  return typeof fields.get(nameField) === 'string' && typeof fields.get(callField) === 'function'
}
